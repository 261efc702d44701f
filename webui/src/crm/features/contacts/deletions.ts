// Deletions that this page has heard of. Whoever asked for such a contact would stand in the log with it, though they
// only went back a page or had it open; the list of what was deleted says who did it.
import { read } from "../../../api/client";
import { Problem } from "../../../api/problem";
import type { Contact, ContactHappened, DeletedContacts } from "../../api";

const heard = new Set<string>();

/** One of `ContactHappened`; made again, or never deleted, when it is anything else. */
export function noteHappened(id: string, kind: ContactHappened["kind"]): void {
  if (kind === "deleted") heard.add(id);
  else heard.delete(id);
}

/** Notes everything that can be restored: some of it may have been deleted while nothing was heard. */
export async function noteDeletions(): Promise<void> {
  const { items } = await read<DeletedContacts>("/contacts/deleted");
  items.forEach((one) => heard.add(one.id));
}

/** A contact, or the refusal that the box would give for a deleted one, which it is not asked for then. */
export async function readContact(id: string, signal: AbortSignal): Promise<Contact> {
  if (heard.has(id)) {
    const { items } = await read<DeletedContacts>("/contacts/deleted", signal);
    const found = items.find((one) => one.id === id);
    if (found !== undefined) {
      const { deletedAt, deletedBy, undoUntil } = found;
      throw new Problem(404, { type: "urn:gatehouse:problem:deleted", deletedAt, deletedBy, undoUntil }, null, true);
    }
    // Restored while nothing was heard, or for good: the box knows.
    heard.delete(id);
  }
  return read<Contact>(`/contacts/${id}`, signal);
}
