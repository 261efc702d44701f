import { expect, test } from "vitest";
import { Problem } from "../src/api/problem";
import { deletionOf, erasureOf, isNotThere } from "../src/crm/features/contacts/restore";

const members = { deletedAt: "2027-01-15T08:00:00Z", deletedBy: { id: "1", name: "王芳" }, undoUntil: "2027-01-15T09:00:00Z", version: 3 };

test("a deletion says who, when, and how long it can be undone", () => {
  const deleted = new Problem(404, { type: "urn:gatehouse:problem:deleted", ...members }, null);
  expect(deletionOf(deleted)).toEqual(members);
  expect(isNotThere(deleted)).toBe(true);
});

test("what never was, or cannot be asked now, is no deletion", () => {
  const never = new Problem(404, { type: "urn:gatehouse:problem:not-found" }, null);
  expect([deletionOf(never), isNotThere(never)]).toEqual([null, true]);
  const silent = new Problem(0, {}, null);
  expect([deletionOf(silent), isNotThere(silent), deletionOf(null)]).toEqual([null, false, null]);
});

test("an erasure says who and when, as far as it was told, and is nothing to ask for again", () => {
  const by = { erasedAt: "2027-01-15T08:00:00Z", erasedBy: { id: "1", name: "王芳" } };
  const erased = new Problem(410, { type: "urn:gatehouse:problem:erased", ...by }, null);
  expect([erasureOf(erased), deletionOf(erased), isNotThere(erased)]).toEqual([by, null, true]);
  const heard = new Problem(410, { type: "urn:gatehouse:problem:erased" }, null);
  expect([erasureOf(heard), isNotThere(heard)]).toEqual([{ erasedAt: undefined, erasedBy: undefined }, true]);
  const late = new Problem(410, { type: "urn:gatehouse:problem:undo-over" }, null);
  expect([erasureOf(late), isNotThere(late)]).toEqual([null, false]);
});
