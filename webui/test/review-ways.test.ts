// From a form to the review and back: where what is refused lands, what is kept, where Back leads.
import { expect, test } from "vitest";
import { isProblem, Problem } from "../src/api/problem";
import { atFields, membersOf, refusal } from "../src/admin/review/judged";
import { listOf, oneOf } from "../src/admin/review/kept";
import { formIn } from "../src/admin/review/leave";

const isNumber = (value: unknown): value is number => typeof value === "number";

test("what the box refuses lands at the form's fields; what is elsewhere stays where it is", () => {
  const errors = [
    { field: "/document/egress/1/to", code: "a", message: "A" },
    { field: "/document/egress/10/to", code: "b", message: "B" },
  ];
  const placed = atFields(new Problem(422, { errors }, 3, true), membersOf("/egress/1"));
  if (!isProblem(placed)) throw new Error("no problem any more");
  expect(placed.errors.map((one) => one.field)).toEqual(["/to", "/document/egress/10/to"]);
  expect([placed.status, placed.retryAfter, placed.reading]).toEqual([422, 3, true]);
  const none = new Problem(503, {}, null);
  expect(atFields(none, membersOf("/egress/1"))).toBe(none);
  expect(refusal("/to", "There already.").errors).toEqual([{ field: "/to", code: "taken", message: "There already." }]);
});

test("what was kept is taken for edits only where it is such", () => {
  const list = listOf("list", isNumber);
  expect([list.read([1, "x", 2]), list.read(null), list.read({})]).toEqual([[1, 2], [], []]);
  expect([list.isNone([]), list.isNone([1])]).toEqual([true, false]);
  const one = oneOf("one", isNumber);
  expect([one.read(3), one.read("x"), one.isNone(null), one.isNone(0)]).toEqual([3, null, true, false]);
});

test("Back of a review leads to the form that was filled in, and never out of the app", () => {
  expect(formIn({ form: "/publish/3" })).toBe("/publish/3");
  for (const state of [null, undefined, 7, {}, { form: 1 }, { form: "https://evil.example" }, { form: "javascript:alert(1)" }]) expect(formIn(state)).toBeNull();
});
