// The part of the settings document that these pages edit: rules and what they name. Pure.
import { isObject } from "../../../api/client";
import type { SettingsDocument } from "../../api";

export type Action = "allow" | "block" | "reject";
export const ACTIONS: Action[] = ["allow", "block", "reject"];

export type Member = string | { group: string };

export type Which<T> = "all" | T[];

export interface Side {
  zones: Which<string>;
  addresses: Which<Member>;
}

export interface Rule {
  id: number;
  /** Absent: true. */
  enabled?: boolean;
  action: Action;
  from: Side;
  to: Side;
  services: Which<string>;
  schedule?: string;
  /** Absent: false. */
  log?: boolean;
  comment?: string;
}

export type Day = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
export const DAYS: Day[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

export interface Span {
  days: Day[];
  from: string;
  to: string;
}

/** A list by the name that somebody gave it. */
export interface Named<T> {
  name: string;
  list: T[];
}

export interface Parts {
  rules: Rule[];
  services: Named<string>[];
  groups: Named<Member>[];
  schedules: Named<Span>[];
  timeZone: string | null;
  /** When zones reach the CRM; those without an entry always, or never. */
  crmHours: { zone: string; schedule: string }[];
  /** From where published services may be reached; those that everybody reaches name nobody. */
  published: Published[];
}

export interface Published {
  id: number;
  label: string;
  from: Member[];
}

/** What rules can be about: the zones without the CRM's, in the document's order. */
export function zonesOf(document: SettingsDocument): string[] {
  const crm = isObject(document.crm) ? document.crm.zone : null;
  return isObject(document.zones) ? Object.keys(document.zones).filter((zone) => zone !== crm) : [];
}

export interface Reached {
  zone: string;
  addresses: Which<string>;
}

export function crmReached(document: SettingsDocument): Reached[] {
  return (reachable(document) as unknown as Reached[]).map(({ zone, addresses }) => ({ zone, addresses }));
}

export interface Policy {
  from: string;
  to: string;
  allow: "all" | "web";
}

export function policiesOf(document: SettingsDocument): Policy[] {
  return (Array.isArray(document.policies) ? document.policies : []) as Policy[];
}

export function partsOf(document: SettingsDocument): Parts {
  return {
    rules: (Array.isArray(document.rules) ? document.rules : []) as Rule[],
    services: namedOf<string>(document.services),
    groups: namedOf<Member>(document.groups),
    schedules: namedOf<Span>(document.schedules),
    timeZone: typeof document.time_zone === "string" ? document.time_zone : null,
    crmHours: reachable(document).flatMap(({ zone, schedule }) => (typeof zone === "string" && typeof schedule === "string" ? [{ zone, schedule }] : [])),
    published: publications(document).flatMap(({ id, label, from }) => (Array.isArray(from) ? [{ id: id as number, label: label as string, from: from as Member[] }] : [])),
  };
}

function publications(document: SettingsDocument): Record<string, unknown>[] {
  return Array.isArray(document.publish) ? document.publish.filter(isObject) : [];
}

function withSources(one: Record<string, unknown>, parts: Parts): Record<string, unknown> {
  const known = parts.published.find(({ id }) => id === one.id);
  return known === undefined || !Array.isArray(one.from) ? one : { ...one, from: known.from };
}

/** The document with these in it; all else stays. What says nothing is left out, as the box does. */
export function withParts(document: SettingsDocument, parts: Parts): SettingsDocument {
  const next: SettingsDocument = { ...document };
  for (const key of ["rules", "services", "groups", "schedules", "time_zone"]) delete next[key];
  if (parts.rules.length > 0) next.rules = parts.rules;
  for (const key of ["services", "groups", "schedules"] as const) {
    if (parts[key].length > 0) next[key] = Object.fromEntries(parts[key].map(({ name, list }) => [name, list]));
  }
  if (parts.timeZone !== null) next.time_zone = parts.timeZone;
  if (isObject(document.crm)) next.crm = { ...document.crm, reachable_from: reachable(document).map((one) => withHours(one, parts)) };
  if (Array.isArray(document.publish)) next.publish = publications(document).map((one) => withSources(one, parts));
  return next;
}

function withHours(source: Record<string, unknown>, parts: Parts): Record<string, unknown> {
  const next = { ...source };
  delete next.schedule;
  const hours = parts.crmHours.find((one) => one.zone === source.zone);
  return hours ? { ...next, schedule: hours.schedule } : next;
}

function reachable(document: SettingsDocument): Record<string, unknown>[] {
  const list = isObject(document.crm) ? document.crm.reachable_from : null;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function namedOf<T>(value: unknown): Named<T>[] {
  return isObject(value) ? Object.entries(value).map(([name, list]) => ({ name, list: list as T[] })) : [];
}

/** Whether it is what was kept, and nothing else. */
export function isParts(value: unknown): value is Parts {
  if (!isObject(value)) return false;
  const lists = [value.rules, value.services, value.groups, value.schedules, value.crmHours, value.published];
  return lists.every((list) => Array.isArray(list) && list.every(isObject)) && (value.timeZone === null || typeof value.timeZone === "string");
}

/** Without what means nothing, so that two rules that say the same are the same. */
export function plainRule(rule: Rule): Rule {
  const { enabled, schedule, log, comment, ...rest } = rule;
  return {
    ...rest,
    ...(enabled === false ? { enabled } : {}),
    ...(schedule ? { schedule } : {}),
    ...(log ? { log } : {}),
    ...(comment ? { comment } : {}),
  };
}
