// What both apps say of copies, from api's OpenAPI document: the same in both.
import type { components } from "../api/types/admin";

type Schemas = components["schemas"];
export type CopyBucket = Schemas["CopyBucket"];
export type CopyTarget = Schemas["CopyTarget"];
export type CopyTargetGiven = Schemas["CopyTargetGiven"];
export type CopyTargets = Schemas["CopyTargets"];
export type CopySftp = Schemas["CopySftp"];
export type CopySheet = Schemas["CopySheet"];
export type TypedSheet = Schemas["TypedSheet"];
export type CopiesFound = Schemas["CopiesFound"];
export type RestoreSoFar = Schemas["RestoreSoFar"];
