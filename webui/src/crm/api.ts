// The CRM app's shapes, from api's OpenAPI document.
import type { components } from "../api/types/crm";

type Schemas = components["schemas"];
export type Start = Schemas["CrmStart"];
export type Contact = Schemas["Contact"];
export type ListedContact = Schemas["ListedContact"];
export type Contacts = Schemas["Contacts"];
export type ContactHappened = Schemas["ContactHappened"];
export type Deleted = Schemas["Deleted"];
export type Deletion = Schemas["Deletion"];
export type DeletedContact = Schemas["DeletedContact"];
export type DeletedContacts = Schemas["DeletedContacts"];
export type Erasure = Schemas["Erasure"];
export type ErasureAhead = Schemas["ErasureAhead"];
export type History = Schemas["History"];
export type People = Schemas["People"];
export type Person = Schemas["Person"];
export type Role = Schemas["Role"];
export type Invitation = Schemas["Invitation"];
export type Invitations = Schemas["Invitations"];
export type FreshInvitation = Schemas["FreshInvitation"];
export type Invited = Schemas["Invited"];
export type Proposal = Schemas["Proposal"];
export type ClaimSoFar = Schemas["ClaimSoFar"];
export type RecoveryKey = Schemas["RecoveryKey"];
export type Past = Schemas["Past"];
export type PastContact = Schemas["PastContact"];
export type PastContacts = Schemas["PastContacts"];
export type PastFields = Schemas["PastFields"];
export type PastListed = Schemas["PastListed"];

/** Where `GET /start` is kept. */
export const START = ["start"];
