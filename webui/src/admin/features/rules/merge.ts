// What was prepared, put onto what is in force by now: what another admin changed meanwhile stays, unless the same thing
// was prepared here. And how much of it differs. Pure.
import { sameDocument } from "../settings/document";
import type { Parts, Rule } from "./document";
import { freeId } from "./edit";

export interface Merged {
  parts: Parts;
  /** Both changed the same thing in different ways: what was prepared here stands. */
  clash: boolean;
}

export function same(one: unknown, other: unknown): boolean {
  return one === other || sameDocument(one, other);
}

/** `base`: what was in force when `mine` was made of it. */
export function merged(base: Parts, mine: Parts, theirs: Parts): Merged {
  if (same(base, theirs)) return { parts: mine, clash: false };
  const renumbered = numberedApart(base.rules, mine.rules, theirs.rules);
  const rules = lists(base.rules, renumbered, theirs.rules, (one) => String(one.id));
  const services = lists(base.services, mine.services, theirs.services, nameOf);
  const groups = lists(base.groups, mine.groups, theirs.groups, nameOf);
  const schedules = lists(base.schedules, mine.schedules, theirs.schedules, nameOf);
  const crmHours = lists(base.crmHours, mine.crmHours, theirs.crmHours, (one) => one.zone);
  const published = lists(base.published, mine.published, theirs.published, (one) => String(one.id));
  const timeZone = picked(base.timeZone, mine.timeZone, theirs.timeZone);
  return {
    parts: { rules: rules.list, services: services.list, groups: groups.list, schedules: schedules.list, timeZone: timeZone.value, crmHours: crmHours.list, published: published.list },
    clash: [rules, services, groups, schedules, crmHours, published, timeZone].some((one) => one.clash),
  };
}

function nameOf(one: { name: string }): string {
  return one.name;
}

/** Two new rules that were given one number are two rules. */
function numberedApart(base: Rule[], mine: Rule[], theirs: Rule[]): Rule[] {
  const known = new Set(base.map((one) => one.id));
  const taken = [...theirs];
  return mine.map((rule) => {
    const other = theirs.find((one) => one.id === rule.id);
    if (known.has(rule.id) || other === undefined || same(other, rule)) return rule;
    const apart = { ...rule, id: freeId([...taken, ...mine]) };
    taken.push(apart);
    return apart;
  });
}

function picked<T>(base: T, mine: T, theirs: T): { value: T; clash: boolean } {
  if (same(mine, base) || same(mine, theirs)) return { value: theirs, clash: false };
  return { value: mine, clash: !same(theirs, base) };
}

function lists<T>(base: T[], mine: T[], theirs: T[], keyOf: (one: T) => string): { list: T[]; clash: boolean } {
  const [ofBase, ofMine, ofTheirs] = [base, mine, theirs].map((list) => new Map(list.map((one) => [keyOf(one), one])));
  let clash = false;
  const kept = new Map<string, T>();
  for (const key of new Set([...ofTheirs!.keys(), ...ofMine!.keys()])) {
    const one = picked(ofBase!.get(key), ofMine!.get(key), ofTheirs!.get(key));
    clash ||= one.clash;
    if (one.value !== undefined) kept.set(key, one.value);
  }
  const inBoth = (list: T[], other: Map<string, T>) => list.map(keyOf).filter((key) => ofBase!.has(key) && other.has(key));
  const moved = !same(inBoth(mine, ofBase!), inBoth(base, ofMine!));
  const order = moved ? together(mine.map(keyOf), theirs.map(keyOf)) : together(theirs.map(keyOf), mine.map(keyOf));
  return { list: order.flatMap((key) => (kept.has(key) ? [kept.get(key) as T] : [])), clash };
}

/** What only the second has, each behind the one it follows there. */
function together(first: string[], second: string[]): string[] {
  const all = [...first];
  second.forEach((key, index) => {
    if (all.includes(key)) return;
    const before = second[index - 1];
    all.splice(before === undefined ? 0 : all.indexOf(before) + 1, 0, key);
  });
  return all;
}

/** Rules by what was done to them, and in how many things the two differ; the order counts as one. */
export interface Differences {
  rules: Map<number, "new" | "changed">;
  count: number;
}

export function differences(before: Parts, now: Parts): Differences {
  const rules = new Map<number, "new" | "changed">();
  const ofBefore = new Map(before.rules.map((one) => [one.id, one]));
  for (const rule of now.rules) {
    const former = ofBefore.get(rule.id);
    if (former === undefined) rules.set(rule.id, "new");
    else if (!same(former, rule)) rules.set(rule.id, "changed");
  }
  const left = new Set(now.rules.map((one) => one.id));
  const gone = before.rules.filter((one) => !left.has(one.id)).length;
  const orderOf = (list: Rule[], other: Map<number, Rule> | Set<number>) => list.map((one) => one.id).filter((id) => other.has(id));
  const moved = !same(orderOf(before.rules, left), orderOf(now.rules, ofBefore));
  const named = count(before.services, now.services, nameOf) + count(before.groups, now.groups, nameOf) + count(before.schedules, now.schedules, nameOf);
  const hours = count(before.crmHours, now.crmHours, (one) => one.zone);
  return { rules, count: rules.size + gone + Number(moved) + named + hours + Number(before.timeZone !== now.timeZone) };
}

function count<T>(before: T[], now: T[], keyOf: (one: T) => string): number {
  const ofBefore = new Map(before.map((one) => [keyOf(one), one]));
  const keys = new Set(now.map(keyOf));
  return now.filter((one) => !same(one, ofBefore.get(keyOf(one)))).length + before.filter((one) => !keys.has(keyOf(one))).length;
}
