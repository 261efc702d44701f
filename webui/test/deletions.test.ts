import { afterEach, expect, test, vi } from "vitest";
import { noteDeletions, noteErasure, noteHappened, readContact, readErasure } from "../src/crm/features/contacts/deletions";
import { deletionOf, erasureOf } from "../src/crm/features/contacts/restore";

const { signal } = new AbortController();
const deletion = { deletedAt: "2027-01-15T08:00:00Z", deletedBy: { id: "1", name: "王芳" }, undoUntil: "2027-01-15T09:00:00Z", version: 2 };

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

test("one that was erased is asked for no more, and says who did it where that is known", async () => {
  noteHappened("d", "deleted");
  noteHappened("d", "erased");
  const asked = box(["d"]);
  await expect(readContact("d", signal)).rejects.toMatchObject({ code: "erased", status: 410 });
  await expect(readErasure("d", signal)).rejects.toMatchObject({ code: "erased" });
  const by = { erasedAt: "2027-01-15T08:00:00Z", erasedBy: { id: "1", name: "王芳" } };
  expect([noteErasure("d", by), noteErasure("e", by)]).toEqual([false, true]);
  noteHappened("d", "erased");
  const refused: unknown = await readContact("d", signal).catch((error: unknown) => error);
  expect(erasureOf(refused)).toEqual(by);
  expect(asked).toEqual([]);
});
