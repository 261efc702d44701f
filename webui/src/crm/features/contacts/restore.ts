// Bringing a deleted contact back, which the server allows for an hour, and what it says of a contact that is not there.
import { useQueryClient } from "@tanstack/react-query";
import { post } from "../../../api/client";
import { isProblem } from "../../../api/problem";
import type { Contact, Deletion, Erasure } from "../../api";
import { noteHappened } from "./deletions";
import { CONTACTS, contactKey } from "./keys";

/** Who deleted the contact and when, out of the refusal that says so. */
export function deletionOf(error: unknown): Deletion | null {
  if (!isProblem(error, "deleted")) return null;
  const { deletedAt, deletedBy, undoUntil, version } = error.extras as unknown as Deletion;
  return { deletedAt, deletedBy, undoUntil, version };
}

/** Who erased the contact for good and when, as far as the refusal says; null when it was not erased. */
export function erasureOf(error: unknown): Partial<Erasure> | null {
  if (!isProblem(error, "erased")) return null;
  const { erasedAt, erasedBy } = error.extras as Partial<Erasure>;
  return { erasedAt, erasedBy };
}

/** Erased, deleted, or never was: nothing that asking again would change. */
export function isNotThere(error: unknown): boolean {
  return isProblem(error) && (error.status === 404 || erasureOf(error) !== null);
}

/** Restores a contact, and shows it to every page that lists it. */
export function useRestore(): (id: string) => Promise<Contact> {
  const client = useQueryClient();
  return async (id) => {
    try {
      const back = await post<Contact>(`/contacts/${id}/restore`);
      noteHappened(id, "created");
      client.setQueryData(contactKey(id), back);
      return back;
    } finally {
      void client.invalidateQueries({ queryKey: CONTACTS });
      void client.invalidateQueries({ queryKey: contactKey(id) });
    }
  };
}
