// Zones whose devices find each other, as the settings say it, and whether printing then works. Pure.
import type { Rule, Which } from "../rules/document";
import { freeId } from "../rules/edit";
import { type Document, passing, type Relay, relaysOf } from "./document";

/** What devices of two zones find of each other. */
export type Found = "none" | "printing" | "all";
export const FOUND: Found[] = ["none", "printing", "all"];

export function isOf(relay: Relay, zone: string, other: string): boolean {
  return relay.zones.includes(zone) && relay.zones.includes(other);
}

export function foundBetween(document: Document, zone: string, other: string): Found {
  const relay = relaysOf(document).find((one) => isOf(one, zone, other));
  return relay === undefined ? "none" : (relay.services ?? "all");
}

export function withFound(document: Document, zone: string, other: string, found: Found): Document {
  const all = relaysOf(document);
  const next: Relay = { zones: [zone, other], ...(found === "printing" ? { services: found } : {}) };
  const at = all.findIndex((one) => isOf(one, zone, other));
  const others = all.filter((one) => !isOf(one, zone, other));
  const kept = all[at];
  if (found === "none") return withRelays(document, others);
  return withRelays(document, kept === undefined ? [...all, next] : all.with(at, { ...next, zones: kept.zones }));
}

/** None is said by leaving the field out. */
export function withRelays(document: Document, relays: Relay[]): Document {
  const next = { ...document, relays };
  if (relays.length === 0) delete (next as Partial<Document>).relays;
  return next;
}

/** Whether devices of these can find each other at all: neither is the CRM's or the internet. */
export function canFind(document: Document, zone: string, other: string): boolean {
  const is = (one: string) => one in document.zones && one !== document.crm.zone;
  return zone !== other && is(zone) && is(other);
}

/** They find each other over IPv4, or over IPv6. */
export function haveVersion(document: Document, zone: string, other: string): boolean {
  const both = [document.zones[zone], document.zones[other]];
  return both.every((one) => one?.ipv4 !== undefined) || both.every((one) => one?.ipv6 === "automatic");
}

const PRINTING = "printing";

/** Whether devices of `from` may print on those of `to`. The first rule that is about all of that decides, then the
    policy; what rules say of some addresses or at some hours is not looked at. */
export function mayPrint(document: Document, from: string, to: string): boolean {
  const holds = (which: Which<string>, one: string) => which === "all" || which.includes(one);
  const decides = (rule: Rule) =>
    rule.enabled !== false &&
    rule.schedule === undefined &&
    holds(rule.from.zones, from) &&
    holds(rule.to.zones, to) &&
    rule.from.addresses === "all" &&
    rule.to.addresses === "all" &&
    holds(rule.services, PRINTING);
  const rule = rulesOf(document).find(decides);
  return rule === undefined ? passing(document, from, to) === "all" : rule.action === "allow";
}

/** With a rule, before all others, by which devices of `from` print on those of `to`. */
export function withPrinting(document: Document, from: string, to: string): Document {
  const rules = rulesOf(document);
  const side = (zone: string) => ({ zones: [zone], addresses: "all" as const });
  const rule: Rule = { id: freeId(rules), action: "allow", from: side(from), to: side(to), services: [PRINTING] };
  return { ...document, rules: [rule, ...rules] };
}

function rulesOf(document: Document): Rule[] {
  return (Array.isArray(document.rules) ? document.rules : []) as Rule[];
}
