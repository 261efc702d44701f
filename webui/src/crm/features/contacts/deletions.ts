// Deletions and erasures that this page has heard of. Whoever asked for such a contact would stand in the log with it,
// though they only went back a page or had it open; the list of what was deleted says who did it.
import { read } from "../../../api/client";
import { Problem } from "../../../api/problem";
import type { Contact, ContactHappened, DeletedContacts, Erasure, ErasureAhead } from "../../api";

const heard = new Set<string>();
/** Who erased it is not known to a page that was only told that it happened. */
const erased = new Map<string, Partial<Erasure>>();

/** One of `ContactHappened`; made again, or never deleted, when it is anything else. */
export function noteHappened(id: string, kind: ContactHappened["kind"]): void {
  if (kind === "deleted") heard.add(id);
  else heard.delete(id);
  if (kind === "erased") noteErasure(id, {});
}

/** It was erased, by whom and when as far as that is known; whether that is news. */
export function noteErasure(id: string, erasure: Partial<Erasure>): boolean {
  const before = erased.get(id);
  heard.delete(id);
  if (before?.erasedAt === undefined) erased.set(id, erasure);
  return before === undefined;
}

/** Notes everything that can be restored: some of it may have been deleted while nothing was heard. */
export async function noteDeletions(): Promise<void> {
  const { items } = await read<DeletedContacts>("/contacts/deleted");
  items.forEach((one) => heard.add(one.id));
}

/** A contact, or the refusal that the box would give for one deleted or erased, which it is not asked for then. */
export async function readContact(id: string, signal: AbortSignal): Promise<Contact> {
  refuseErased(id);
  if (heard.has(id)) {
    const { items } = await read<DeletedContacts>("/contacts/deleted", signal);
    const found = items.find((one) => one.id === id);
    if (found !== undefined) {
      const { deletedAt, deletedBy, undoUntil, version } = found;
      throw new Problem(404, { type: "urn:gatehouse:problem:deleted", deletedAt, deletedBy, undoUntil, version }, null, true);
    }
    // Restored while nothing was heard, or for good: the box knows.
    heard.delete(id);
  }
  return read<Contact>(`/contacts/${id}`, signal);
}

/** What erasing a contact would take, or the refusal as above. */
export async function readErasure(id: string, signal: AbortSignal): Promise<ErasureAhead> {
  refuseErased(id);
  return read<ErasureAhead>(`/contacts/${id}/erasure`, signal);
}

function refuseErased(id: string): void {
  const erasure = erased.get(id);
  if (erasure !== undefined) throw new Problem(410, { type: "urn:gatehouse:problem:erased", ...erasure }, null, true);
}
