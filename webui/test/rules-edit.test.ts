import { expect, test } from "vitest";
import { type Parts, partsOf, type Rule, withParts } from "../src/admin/features/rules/document";
import { freeId, isUsed, movedRule, newRule, steppedIndex, usesOf, withAction, withNamed, withoutRule, withRule, withRuleAt } from "../src/admin/features/rules/edit";
import { differences, merged, same } from "../src/admin/features/rules/merge";

const rule = (id: number, more: Partial<Rule> = {}): Rule => ({ id, action: "allow", from: { zones: ["office"], addresses: "all" }, to: { zones: ["wan"], addresses: "all" }, services: ["web"], ...more });
const parts = (more: Partial<Parts> = {}): Parts => ({ rules: [rule(1), rule(2), rule(3)], services: [], groups: [], schedules: [], timeZone: null, crmHours: [], published: [], ...more });
const idsOf = ({ rules }: Parts) => rules.map((one) => one.id);

test("a document comes back as it was, with what is not of these pages", () => {
  const document = {
    version: 1,
    zones: { office: {}, guest: {}, crm: {} },
    crm: { zone: "crm", host: 2, reachable_from: [{ zone: "office", addresses: "all", schedule: "Day" }, { zone: "guest", addresses: ["10.0.0.1"] }] },
    rules: [rule(1)],
    services: { __proto__x: ["tcp/1"] },
    schedules: { Day: [{ days: ["mon"], from: "08:00", to: "18:00" }] },
    time_zone: "Europe/Berlin",
  };
  const own = JSON.parse('{"version":1,"groups":{"__proto__":["10.0.0.1"]}}') as Record<string, unknown>;
  expect(withParts(document, partsOf(document))).toEqual(document);
  expect(JSON.stringify(withParts(own, partsOf(own)))).toBe(JSON.stringify(own));
  const emptied = withParts(document, { ...parts({ rules: [] }) });
  expect(Object.keys(emptied)).toEqual(["version", "zones", "crm"]);
  expect(emptied.crm).toEqual({ zone: "crm", host: 2, reachable_from: [{ zone: "office", addresses: "all" }, { zone: "guest", addresses: ["10.0.0.1"] }] });
});

test("a new rule lets nothing pass before its service is picked, and takes no number that was counted by", () => {
  expect(newRule([rule(5), rule(2)], ["guest"], ["office"])).toMatchObject({ id: 6, services: [], from: { zones: ["guest"] }, to: { zones: ["office"] } });
  expect(freeId([{ id: 65_535 }, { id: 1 }])).toBe(2);
});

test("rules are moved among all of them, past what is shown", () => {
  expect(idsOf(movedRule(parts(), 1, 1))).toEqual([2, 1, 3]);
  expect(idsOf(movedRule(parts(), 3, 0))).toEqual([3, 1, 2]);
  expect(idsOf(movedRule(parts(), 1, 99))).toEqual([2, 3, 1]);
  const before = parts();
  expect(movedRule(before, 2, 1)).toBe(before);
  const { rules } = before;
  const shown = [rules[0]!, rules[2]!];
  expect(steppedIndex(rules, shown, 1, "down")).toBe(2);
  expect(steppedIndex(rules, shown, 3, "up")).toBe(0);
  expect([steppedIndex(rules, shown, 1, "up"), steppedIndex(rules, shown, 1, "first"), steppedIndex(rules, rules, 3, "down"), steppedIndex(rules, rules, 3, "last")]).toEqual([null, null, null, null]);
  expect(idsOf(movedRule(before, 2, steppedIndex(rules, rules, 2, "up")!))).toEqual([2, 1, 3]);
  expect(idsOf(movedRule(before, 2, steppedIndex(rules, rules, 2, "down")!))).toEqual([1, 3, 2]);
  expect(idsOf(movedRule(before, 1, steppedIndex(rules, rules, 1, "last")!))).toEqual([2, 3, 1]);
});

test("what was deleted comes back at its place, once", () => {
  const without = withoutRule(parts(), 2);
  const back = withRuleAt(without, rule(2), 1);
  expect(idsOf(back)).toEqual([1, 2, 3]);
  expect(withRuleAt(back, rule(2), 1)).toBe(back);
  expect(idsOf(withRule(parts(), rule(4), 1))).toEqual([1, 4, 2, 3]);
});

test("another name is known wherever it is used", () => {
  const before = parts({
    rules: [rule(1, { services: ["Till"], schedule: "Day", from: { zones: "all", addresses: [{ group: "PCs" }, "10.0.0.1"] } })],
    services: [{ name: "Till", list: ["tcp/1"] }],
    groups: [{ name: "PCs", list: ["10.0.0.2"] }, { name: "All", list: [{ group: "PCs" }] }],
    schedules: [{ name: "Day", list: [] }],
    crmHours: [{ zone: "office", schedule: "Day" }],
    published: [{ id: 3, label: "Shop", from: [{ group: "PCs" }, "9.9.9.9"] }],
  });
  expect(usesOf(before, "groups", "PCs")).toEqual({ rules: [1], groups: ["All"], crm: [], published: ["Shop"] });
  expect(usesOf(before, "schedules", "Day")).toEqual({ rules: [1], groups: [], crm: ["office"], published: [] });
  expect(isUsed(usesOf(before, "groups", "All"))).toBe(false);
  let after = withNamed(before, "groups", "PCs", { name: "Front", list: ["10.0.0.2"] as never[] });
  after = withNamed(after, "services", "Till", { name: "Kasse", list: [] });
  after = withNamed(after, "schedules", "Day", { name: "Open", list: [] });
  expect(after.rules[0]).toMatchObject({ services: ["Kasse"], schedule: "Open", from: { addresses: [{ group: "Front" }, "10.0.0.1"] } });
  expect(after.groups).toEqual([{ name: "Front", list: ["10.0.0.2"] }, { name: "All", list: [{ group: "Front" }] }]);
  expect(after.crmHours).toEqual([{ zone: "office", schedule: "Open" }]);
  expect(after.published).toEqual([{ id: 3, label: "Shop", from: [{ group: "Front" }, "9.9.9.9"] }]);
});

test("another name for a group goes into the published services of the document, and nothing else of them changes", () => {
  const shop = { id: 3, label: "Shop", ports: ["tcp/443"], to: { zone: "office", address: "192.168.10.5" }, from: [{ group: "PCs" }] };
  const all = { ...shop, id: 4, from: "all" };
  const document = { groups: { PCs: ["10.0.0.2"] }, publish: [shop, all] } as unknown as Parameters<typeof partsOf>[0];
  const named = withNamed(partsOf(document), "groups", "PCs", { name: "Front", list: ["10.0.0.2"] as never[] });
  expect(withParts(document, named)).toEqual({ groups: { Front: ["10.0.0.2"] }, publish: [{ ...shop, from: [{ group: "Front" }] }, all] });
  // Gone there meanwhile, it does not come back.
  expect(withParts({ ...document, publish: [all] }, named).publish).toEqual([all]);
});

test("two admins: what each did stays, and who prepared it has the last word on the same thing", () => {
  const base = parts({ timeZone: "UTC" });
  const mine = { ...movedRule(base, 3, 0), services: [{ name: "Till", list: ["tcp/1"] }] };
  const theirs = parts({ rules: [rule(1, { log: true }), rule(2), rule(3), rule(4)], timeZone: "Asia/Shanghai" });
  const both = merged(base, mine, theirs);
  expect(both.clash).toBe(false);
  expect(idsOf(both.parts)).toEqual([3, 4, 1, 2]);
  expect(both.parts.rules.find((one) => one.id === 1)?.log).toBe(true);
  expect([both.parts.timeZone, both.parts.services.length]).toEqual(["Asia/Shanghai", 1]);
  const same1 = merged(base, parts({ rules: [rule(1, { comment: "a" }), rule(2), rule(3)] }), theirs);
  expect(same1.clash).toBe(true);
  expect(same1.parts.rules[0]).toEqual(rule(1, { comment: "a" }));
});

test("a rule that is gone there and untouched here is gone; two new ones of one number are two", () => {
  const base = parts();
  const mine = withRule(base, rule(4, { action: "block" }));
  const theirs = withRule(withoutRule(base, 2), rule(4, { action: "reject" }));
  const both = merged(base, mine, theirs);
  expect(both.parts.rules.map((one) => [one.id, one.action])).toEqual([[1, "allow"], [3, "allow"], [5, "block"], [4, "reject"]]);
  expect(both.clash).toBe(false);
});

test("what is on trial is no difference, and all of it again when it was undone", () => {
  const base = parts();
  const mine = withoutRule(base, 1);
  expect(differences(mine, merged(base, mine, mine).parts).count).toBe(0);
  expect(differences(base, merged(base, mine, base).parts).count).toBe(1);
});

test("differences are counted as things that were done", () => {
  const now = { ...movedRule(parts({ rules: [rule(1, { log: true }), rule(3), rule(9)] }), 3, 0), timeZone: "UTC" };
  const found = differences(parts(), now);
  expect([...found.rules]).toEqual([[1, "changed"], [9, "new"]]);
  // Changed, new, gone, moved, time zone.
  expect(found.count).toBe(5);
  expect(same({ a: 1, b: [1] }, { b: [1], a: 1 })).toBe(true);
});

test("a rule that begins to stop something logs it until somebody takes that back", () => {
  const stops = withAction(rule(1), "block");
  expect([stops.log, withAction(stops, "reject").log, withAction(stops, "allow").log]).toEqual([true, true, false]);
  expect(withAction({ ...stops, log: false }, "reject").log).toBe(false);
});
