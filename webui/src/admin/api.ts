// The admin app's shapes, from api's OpenAPI document.
import type { components } from "../api/types/admin";

type Schemas = components["schemas"];
export type Start = Schemas["AdminStart"];
export type Setup = Schemas["Setup"];
export type SetupFinish = Schemas["SetupFinish"];
export type ManagerCode = Schemas["ManagerCode"];
export type Protection = Schemas["Protection"];
export type ProtectionRow = Schemas["ProtectionRow"];
export type Zones = Schemas["Zones"];
export type Zone = Schemas["Zone"];
export type Flow = Schemas["Flow"];
export type CrmAccess = Schemas["CrmAccess"];
export type ReachableFrom = Schemas["ReachableFrom"];
export type CrmStatus = Schemas["CrmStatus"];
export type Certificates = Schemas["Certificates"];
