import { afterEach, expect, test, vi } from "vitest";
import { noteDeletions, noteHappened, readContact } from "../src/crm/features/contacts/deletions";
import { deletionOf } from "../src/crm/features/contacts/restore";

const { signal } = new AbortController();
const deletion = { deletedAt: "2027-01-15T08:00:00Z", deletedBy: { id: "1", name: "王芳" }, undoUntil: "2027-01-15T09:00:00Z" };

afterEach(() => vi.unstubAllGlobals());

/** A box whose list of what was deleted is this; gives what it was asked for. */
function box(deleted: string[]): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(path.replace("/api/v1", ""));
    const body = path.endsWith("/deleted") ? { items: deleted.map((id) => ({ id, name: "", company: "", ...deletion })) } : { id: path.split("/").at(-1) };
    return Promise.resolve(new Response(JSON.stringify(body), { headers: { "content-type": "application/json" } }));
  });
  return asked;
}

test("a contact whose deletion was heard of is not asked for, and says who deleted it", async () => {
  noteHappened("a", "deleted");
  const asked = box(["a", "b"]);
  const refused: unknown = await readContact("a", signal).catch((error: unknown) => error);
  expect(deletionOf(refused)).toEqual(deletion);
  expect(asked).toEqual(["/contacts/deleted"]);
});

test("one that was restored is asked for again", async () => {
  noteHappened("a", "created");
  const asked = box([]);
  expect(await readContact("a", signal)).toEqual({ id: "a" });
  expect(asked).toEqual(["/contacts/a"]);
});

test("one that is no longer in the list is asked for: the box knows what became of it", async () => {
  noteHappened("a", "deleted");
  const asked = box([]);
  expect(await readContact("a", signal)).toEqual({ id: "a" });
  expect(asked).toEqual(["/contacts/deleted", "/contacts/a"]);
});

test("what was deleted while nothing was heard is learnt from the list", async () => {
  const asked = box(["c"]);
  await noteDeletions();
  await expect(readContact("c", signal)).rejects.toMatchObject({ code: "deleted" });
  expect(asked).toEqual(["/contacts/deleted", "/contacts/deleted"]);
});
