// What was typed into a contact's form and not saved yet, so that leaving the page loses nothing, nor does a restart
// of the box: whoever typed it signs in again and finds it. In memory only, by account: it is gone with the page, and
// as soon as another person signs in.
import type { Contact } from "../../api";

export const FIELDS = ["name", "company", "position", "phone", "email", "note"] as const;
type FieldName = (typeof FIELDS)[number];
type Typed = Record<FieldName, string>;

export const EMPTY: Typed = { name: "", company: "", position: "", phone: "", email: "", note: "" };

export function typedOf(contact: Contact): Typed {
  return { name: contact.name, company: contact.company, position: contact.position, phone: contact.phone, email: contact.email, note: contact.note };
}

interface Draft {
  typed: Typed;
  /** The contact the typing began from; none for a new one. */
  base: Contact | null;
}

const drafts = new Map<string, Draft>();
const keyOf = (account: string, contact: string | null) => `${account}/${contact ?? "new"}`;

export function draftOf(account: string, contact: string | null): Draft | null {
  return drafts.get(keyOf(account, contact)) ?? null;
}

export function keepDraft(account: string, contact: string | null, draft: Draft): void {
  const before = draft.base === null ? EMPTY : typedOf(draft.base);
  if (FIELDS.every((name) => draft.typed[name] === before[name])) drafts.delete(keyOf(account, contact));
  else drafts.set(keyOf(account, contact), draft);
}

export function forgetDraft(account: string, contact: string | null): void {
  drafts.delete(keyOf(account, contact));
}

/** The contact was erased for good: nothing that was typed into it stays, whoever typed it. */
export function forgetDraftsInto(contact: string): void {
  for (const key of drafts.keys()) if (key.endsWith(`/${contact}`)) drafts.delete(key);
}

/** Somebody is signed in: what others typed here goes. */
export function keepDraftsOf(account: string): void {
  for (const key of drafts.keys()) if (!key.startsWith(`${account}/`)) drafts.delete(key);
}

export function hasDrafts(): boolean {
  return drafts.size > 0;
}

export function forgetDrafts(): void {
  drafts.clear();
}
