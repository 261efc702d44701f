import { expect, test } from "vitest";
import { rebased } from "../src/admin/review/rebase";

const base = { language: "en", zones: { a: { vlan: 1 }, b: { vlan: 2 } }, policies: [{ from: "a", to: "wan", allow: "web" }], list: [1, 2] };

test("an edit and somebody else's change are both in it", () => {
  const mine = { ...base, zones: { a: { vlan: 7 }, b: { vlan: 2 }, c: { vlan: 3 } }, policies: [...base.policies, { from: "b", to: "wan", allow: "all" }] };
  const now = { ...base, language: "zh-CN", zones: { a: { vlan: 1, label: "x" }, b: { vlan: 2 } }, policies: [{ from: "a", to: "wan", allow: "all" }] };
  expect(rebased(base, mine, now)).toEqual({
    language: "zh-CN",
    zones: { a: { vlan: 7, label: "x" }, b: { vlan: 2 }, c: { vlan: 3 } },
    policies: [{ from: "a", to: "wan", allow: "all" }, { from: "b", to: "wan", allow: "all" }],
    list: [1, 2],
  });
});

test("what was taken away stays away, on either side", () => {
  const mine = { ...base, zones: { a: { vlan: 1 } } };
  expect(rebased(base, mine, { ...base, language: "zh-CN" })).toEqual({ ...mine, language: "zh-CN" });
  expect(rebased(base, { ...base, language: "zh-CN" }, mine)).toEqual({ ...mine, language: "zh-CN" });
  expect(rebased(base, { ...base, policies: [] }, { ...base, language: "zh-CN" })).toEqual({ ...base, policies: [], language: "zh-CN" });
});

test("of the same thing the edit counts, and a list without names is one thing", () => {
  expect(rebased(base, { ...base, language: "x" }, { ...base, language: "y" })).toMatchObject({ language: "x" });
  expect(rebased(base, { ...base, list: [3] }, { ...base, list: [1, 2, 4] })).toMatchObject({ list: [3] });
});

test("once it is in force nothing is left of it", () => {
  const mine = { ...base, language: "zh-CN" };
  expect(rebased(base, mine, mine)).toEqual(mine);
  expect(rebased(base, mine, base)).toEqual(mine);
  expect(rebased(base, base, mine)).toEqual(mine);
});
