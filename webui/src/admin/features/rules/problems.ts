// Where on these pages something is wrong that was found in the document: a rule's picker, a service, a group, hours.
// Pure.
import type { FieldError } from "../../../api/problem";
import type { SettingsDocument } from "../../api";
import { crmReached, type Member, type Parts, type Rule } from "./document";
import type { Kind } from "./edit";

export type Part = "who" | "does" | "where" | "what" | "when" | "log" | "note";
export const PARTS: Part[] = ["who", "does", "where", "what", "when", "log", "note"];

export interface Trouble {
  /** What it is about, as it was then: once that is another thing, the trouble is settled. */
  of: unknown;
  at: { rule: number; part: Part | null } | { kind: Kind; name: string } | { timeZone: true } | { crm: string };
  /** The entry of a list that is wrong. */
  entry: string | null;
  message: string;
}

export interface Sorted {
  troubles: Trouble[];
  /** What stands elsewhere in the document. */
  others: FieldError[];
}

export function sorted(errors: FieldError[], parts: Parts, document: SettingsDocument): Sorted {
  const found: Sorted = { troubles: [], others: [] };
  for (const error of errors) {
    const trouble = troubleAt(stepsOf(error.field), error.message, parts, document);
    if (trouble === null) found.others.push(error);
    else found.troubles.push(trouble);
  }
  return found;
}

export function stepsOf(pointer: string): string[] {
  const steps = pointer.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  return steps[0] === "document" ? steps.slice(1) : steps;
}

function troubleAt([top, key, ...rest]: string[], message: string, parts: Parts, document: SettingsDocument): Trouble | null {
  switch (top) {
    case "rules": {
      const rule = parts.rules[Number(key)];
      if (key === undefined || rule === undefined) return null;
      return { of: rule, at: { rule: rule.id, part: partAt(rest) }, entry: entryAt(rule, rest), message };
    }
    case "services":
    case "groups":
    case "schedules": {
      const list = parts[top].find((one) => one.name === key);
      if (list === undefined) return null;
      return { of: list, at: { kind: top, name: list.name }, entry: textOf(list.list[Number(rest[0])]), message };
    }
    case "time_zone":
      return { of: parts.timeZone, at: { timeZone: true }, entry: null, message };
    case "crm": {
      const source = key === "reachable_from" ? crmReached(document)[Number(rest[0])] : undefined;
      if (source === undefined || rest[1] !== "schedule") return null;
      return { of: parts.crmHours.find((one) => one.zone === source.zone), at: { crm: source.zone }, entry: null, message };
    }
    default:
      return null;
  }
}

function partAt([field]: string[]): Part | null {
  const words: Record<string, Part> = { from: "who", to: "where", action: "does", services: "what", schedule: "when", log: "log", comment: "note" };
  return field === undefined ? null : (words[field] ?? null);
}

/** The entry of one of its lists that a pointer below the rule means; null for no entry. */
export function entryAt(rule: Rule, [field, list, index]: string[]): string | null {
  if (field === "services" && rule.services !== "all") return textOf(rule.services[Number(list)]);
  const side = field === "from" ? rule.from : field === "to" ? rule.to : null;
  const which = list === "addresses" ? side?.addresses : list === "zones" ? side?.zones : undefined;
  return which === undefined || which === "all" ? null : textOf(which[Number(index)]);
}

function textOf(entry: unknown): string | null {
  if (typeof entry === "string") return entry;
  return typeof entry === "object" && entry !== null && "group" in entry ? String((entry as Exclude<Member, string>).group) : null;
}

/** What a rule lacks before it can be asked about: nothing is picked there. */
export function lacking(rule: Rule): Part[] {
  const isEmpty = (which: unknown) => Array.isArray(which) && which.length === 0;
  return [
    ...(isEmpty(rule.from.zones) || isEmpty(rule.from.addresses) ? (["who"] as const) : []),
    ...(isEmpty(rule.to.zones) || isEmpty(rule.to.addresses) ? (["where"] as const) : []),
    ...(isEmpty(rule.services) ? (["what"] as const) : []),
  ];
}

/** Whether it is still about what it was about. */
export function stands(trouble: Trouble, parts: Parts): boolean {
  const { at, of } = trouble;
  if ("rule" in at) return parts.rules.includes(of as Rule);
  if ("kind" in at) return (parts[at.kind] as unknown[]).includes(of);
  if ("crm" in at) return of === undefined || parts.crmHours.includes(of as Parts["crmHours"][number]);
  return parts.timeZone === of && parts.schedules.length > 0;
}
