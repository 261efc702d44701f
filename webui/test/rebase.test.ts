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

test("of the same thing the edit counts, and of a list without names each entry is a thing", () => {
  expect(rebased(base, { ...base, language: "x" }, { ...base, language: "y" })).toMatchObject({ language: "x" });
  expect(rebased(base, { ...base, list: [3] }, { ...base, list: [1, 2, 4] })).toMatchObject({ list: [4, 3] });
});

test("what two admins add to rules, published services, ways and relays is there from both", () => {
  const kinds = {
    rules: [1, 2, 3].map((id) => ({ id, from: { zones: "all" }, to: { zones: ["wan"] } })),
    publish: [1, 2, 3].map((id) => ({ id, from: "all", to: { zone: "office" } })),
    egress: ["a", "b", "c"].map((to) => ({ for: "admin", to: `${to}.example`, protocol: "tcp", port: 443 })),
    relays: [["a", "b"], ["a", "c"], ["b", "c"]].map((zones) => ({ zones })),
    blocked: ["a.example", "b.example", "c.example"],
  };
  for (const [kind, [one, mine, theirs]] of Object.entries(kinds)) {
    expect(rebased({ [kind]: [one] }, { [kind]: [one, mine] }, { [kind]: [one, theirs] }), kind).toEqual({ [kind]: [one, theirs, mine] });
    expect(rebased({}, { [kind]: [mine] }, { [kind]: [theirs] }), kind).toEqual({ [kind]: [theirs, mine] });
    expect(rebased({ [kind]: [one] }, {}, { [kind]: [one, theirs] }), kind).toEqual({ [kind]: [theirs] });
    expect(rebased({ [kind]: [one] }, {}, { [kind]: [one], other: 1 }), kind).toEqual({ other: 1 });
  }
});

test("what was moved is where it was moved to", () => {
  const of = (...ids: number[]) => ({ rules: ids.map((id) => ({ id })) });
  expect(rebased(of(1, 2, 3), of(3, 1, 2), of(1, 2, 3, 4))).toEqual(of(3, 1, 2, 4));
  expect(rebased(of(1, 2, 3), of(1, 2, 3, 5), of(3, 1, 2))).toEqual(of(3, 1, 2, 5));
});

test("once it is in force nothing is left of it", () => {
  const mine = { ...base, language: "zh-CN" };
  expect(rebased(base, mine, mine)).toEqual(mine);
  expect(rebased(base, mine, base)).toEqual(mine);
  expect(rebased(base, base, mine)).toEqual(mine);
});
