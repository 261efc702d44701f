import { expect, test } from "vitest";
import { documentOf, sameDocument } from "../src/admin/features/settings/document";
import { stepsOf } from "../src/admin/review/field-words";
import { weighted } from "../src/admin/review/proposal";

test("the order of members means nothing, that of a list does", () => {
  expect(sameDocument({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 })).toBe(true);
  expect(sameDocument({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
  expect(sameDocument({ a: 1 }, { a: 1, b: null })).toBe(false);
});

test("a file is settings, or it is said what is wrong", () => {
  expect(documentOf('\uFEFF{"version": 1}')).toEqual({ text: '{"version": 1}' });
  // What is named twice is for the box to refuse, not for this page to lose.
  expect(documentOf('{"version": 1, "version": 2}')).toEqual({ text: '{"version": 1, "version": 2}' });
  expect(documentOf("{")).toEqual({ fault: "notJson" });
  for (const text of ["[]", "null", "1", "{}"]) expect(documentOf(text)).toEqual({ fault: "notSettings" });
});

test("a field has words; a zone is called as it is, also when it is called like a field", () => {
  expect(stepsOf("/document/management/from/0")).toEqual([{ word: "management" }, { word: "source" }, { number: 1 }]);
  expect(stepsOf("/zones/office/ipv4/dhcp/from").at(-1)).toEqual({ word: "from" });
  expect(stepsOf("/zones/office/label")).toEqual([{ word: "zones" }, { name: "office" }, { word: "label" }]);
  expect(stepsOf("/document/zones/crm/ipv4/address")).toEqual([{ word: "zones" }, { zone: "crm" }, { word: "ipv4" }, { word: "address" }]);
  expect(stepsOf("/crm/reachable_from/0/addresses/2")).toEqual([{ word: "crm" }, { word: "reachable_from" }, { number: 1 }, { word: "addresses" }, { number: 3 }]);
  expect(stepsOf("/ports/a~1b/colour")).toEqual([{ word: "ports" }, { name: "a/b" }, { name: "colour" }]);
  for (const whole of ["", "/document"]) expect(stepsOf(whole)).toEqual([]);
});

test("a rule is called as its page calls it, and an entry of its lists as it is", () => {
  const rule = { id: 7, action: "allow", from: { zones: ["office"], addresses: [{ group: "Desks" }] }, to: { zones: ["guest", "lab"], addresses: "all" }, services: ["ssh"] };
  const document = { rules: [{ ...rule, id: 3 }, rule] };
  expect(stepsOf("/document/rules/1/to/zones/1", document)).toEqual([{ rule }, { word: "target" }, { word: "zones" }, { zone: "lab" }]);
  expect(stepsOf("/rules/1/from/addresses/0", document)).toEqual([{ rule }, { word: "source" }, { word: "addresses" }, { name: "Desks" }]);
  expect(stepsOf("/rules/1/services/0", document)).toEqual([{ rule }, { word: "services" }, { name: "ssh" }]);
  expect(stepsOf("/rules/1/schedule", document)).toEqual([{ rule }, { word: "schedule" }]);
  expect(stepsOf("/rules/1", document)).toEqual([{ rule }]);
  expect(stepsOf("/rules/2/to", document)).toEqual([{ word: "rules" }, { number: 3 }, { word: "target" }]);
});

test("what needs a look stands first, else in the box's order", () => {
  const finding = (weight: "good" | "note" | "warning", text: string) => ({ weight, text });
  const findings = [finding("note", "a"), finding("good", "b"), finding("warning", "c"), finding("note", "d")];
  expect(weighted({ words: [], lists: [], moves: [], secondsLeast: 30, rules: [], rulesCut: false, findings }).map((one) => one.text)).toEqual(["c", "a", "d", "b"]);
});
