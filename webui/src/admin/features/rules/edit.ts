// Rules put in, moved, taken out; what a service, group or schedule is used by, and another name for it. Pure.
import type { Action, Member, Named, Parts, Rule, Which } from "./document";

export const MAX_ID = 65_535;

/** Numbers are not used again while there are others: what is counted by them belongs to one rule. */
export function freeId(rules: { id: number }[]): number {
  const taken = new Set(rules.map((one) => one.id));
  const next = Math.max(0, ...taken) + 1;
  if (next <= MAX_ID) return next;
  let free = 1;
  while (taken.has(free)) free += 1;
  return free;
}

/** Nothing is let in or kept out by what has not been picked yet. */
export function newRule(rules: Rule[], from: string[], to: string[]): Rule {
  return { id: freeId(rules), action: "allow", from: { zones: from, addresses: "all" }, to: { zones: to, addresses: "all" }, services: [] };
}

/** Nobody of the one side reaches the other. */
export function blockingRule(rules: Rule[], from: End, to: End): Rule {
  const side = ({ zone, address }: End) => ({ zones: [zone], addresses: address === null ? ("all" as const) : [address] });
  return { id: freeId(rules), action: "block", from: side(from), to: side(to), services: "all", log: true };
}

/** What is stopped is logged unless that is taken back: whoever asks why something does not work finds it under Refused. */
export function withAction(rule: Rule, action: Action): Rule {
  const stops = action !== "allow";
  return { ...rule, action, log: stops === (rule.action !== "allow") ? rule.log : stops };
}

export interface End {
  zone: string;
  /** A MAC address, an address, or null for all. */
  address: string | null;
}

/** With the rule right behind `after`, at the end when that is not there. */
export function withRule(parts: Parts, rule: Rule, after?: number): Parts {
  const at = parts.rules.findIndex((one) => one.id === after);
  return { ...parts, rules: parts.rules.toSpliced(at < 0 ? parts.rules.length : at + 1, 0, rule) };
}

/** At this place, as far as there is one. */
export function withRuleAt(parts: Parts, rule: Rule, index: number): Parts {
  return parts.rules.some((one) => one.id === rule.id) ? parts : { ...parts, rules: parts.rules.toSpliced(index, 0, rule) };
}

export function withoutRule(parts: Parts, id: number): Parts {
  return { ...parts, rules: parts.rules.filter((one) => one.id !== id) };
}

export function changedRule(parts: Parts, id: number, change: (rule: Rule) => Rule): Parts {
  return { ...parts, rules: parts.rules.map((one) => (one.id === id ? change(one) : one)) };
}

/** To the place `index`, counted without the rule itself. */
export function movedRule(parts: Parts, id: number, index: number): Parts {
  const rule = parts.rules.find((one) => one.id === id);
  if (rule === undefined) return parts;
  const others = parts.rules.filter((one) => one.id !== id);
  const next = others.toSpliced(Math.max(0, Math.min(index, others.length)), 0, rule);
  return next.every((one, at) => one === parts.rules[at]) ? parts : { ...parts, rules: next };
}

export type Step = "first" | "up" | "down" | "last";

/** Past the next of those that are `shown`; null when it is at the end already. */
export function steppedIndex(rules: Rule[], shown: Rule[], id: number, step: Step): number | null {
  const at = shown.findIndex((one) => one.id === id);
  if (at < 0) return null;
  const neighbour = step === "up" ? shown[at - 1] : step === "down" ? shown[at + 1] : undefined;
  const place = rules.findIndex((one) => one.id === (neighbour?.id ?? id));
  if (step === "first") return place === 0 ? null : 0;
  if (step === "last") return place === rules.length - 1 ? null : rules.length - 1;
  // Without the rule itself, the place of the neighbour is the one to take in both directions.
  return neighbour === undefined ? null : place;
}

export type Kind = "services" | "groups" | "schedules";

/** By what something is used: rules by their numbers, groups, zones' hours of the CRM and published services by their names. */
export interface Uses {
  rules: number[];
  groups: string[];
  crm: string[];
  published: string[];
}

export function usesOf(parts: Parts, kind: Kind, name: string): Uses {
  const holds = (members: Which<Member>) => members !== "all" && members.some((one) => typeof one === "object" && one.group === name);
  const byRule = (rule: Rule) => {
    if (kind === "services") return rule.services !== "all" && rule.services.includes(name);
    return kind === "groups" ? holds(rule.from.addresses) || holds(rule.to.addresses) : rule.schedule === name;
  };
  return {
    rules: parts.rules.filter(byRule).map((one) => one.id),
    groups: kind === "groups" ? parts.groups.filter((one) => one.name !== name && holds(one.list)).map((one) => one.name) : [],
    crm: kind === "schedules" ? parts.crmHours.filter((one) => one.schedule === name).map((one) => one.zone) : [],
    published: kind === "groups" ? parts.published.filter((one) => holds(one.from)).map((one) => one.label) : [],
  };
}

export function isUsed({ rules, groups, crm, published }: Uses): boolean {
  return rules.length + groups.length + crm.length + published.length > 0;
}

/** With the list by this name; `former` is its name so far, and whatever uses it goes on doing so. */
export function withNamed(parts: Parts, kind: Kind, former: string | null, next: Named<never>): Parts {
  const lists = parts[kind] as Named<never>[];
  const kept = former === null ? [...lists, next] : lists.map((one) => (one.name === former ? next : one));
  const renamed = { ...parts, [kind]: kept };
  return former === null || former === next.name ? renamed : usedAs(renamed, kind, former, next.name);
}

export function withoutNamed(parts: Parts, kind: Kind, name: string): Parts {
  return { ...parts, [kind]: (parts[kind] as Named<never>[]).filter((one) => one.name !== name) };
}

function usedAs(parts: Parts, kind: Kind, former: string, name: string): Parts {
  const member = (one: Member): Member => (typeof one === "object" && one.group === former ? { group: name } : one);
  const members = (which: Which<Member>): Which<Member> => (which === "all" ? which : which.map(member));
  switch (kind) {
    case "services":
      return { ...parts, rules: parts.rules.map((rule) => (rule.services === "all" ? rule : { ...rule, services: rule.services.map((one) => (one === former ? name : one)) })) };
    case "groups":
      return {
        ...parts,
        rules: parts.rules.map((rule) => ({ ...rule, from: { ...rule.from, addresses: members(rule.from.addresses) }, to: { ...rule.to, addresses: members(rule.to.addresses) } })),
        groups: parts.groups.map((one) => ({ ...one, list: one.list.map(member) })),
        published: parts.published.map((one) => ({ ...one, from: one.from.map(member) })),
      };
    case "schedules":
      return {
        ...parts,
        rules: parts.rules.map((rule) => (rule.schedule === former ? { ...rule, schedule: name } : rule)),
        crmHours: parts.crmHours.map((one) => (one.schedule === former ? { ...one, schedule: name } : one)),
      };
  }
}
