// What is said of two zones beside their policy, in the settings document as it is shown. Pure.
import { isObject } from "../../../api/client";
import type { Rule, Which } from "../rules/document";
import { type Document, isPolicy } from "./document";

export interface Exceptions {
  /** Rules that are on and speak of the two; they come before the policy. */
  rules: number;
  /** Services that are published to the one from the internet. */
  published: number;
  /** Destinations outside that the CRM is allowed to reach. */
  ways: number;
}

export function exceptionsOf(document: Document, from: string, to: string): Exceptions {
  const rules = (Array.isArray(document.rules) ? document.rules : []) as Rule[];
  const egress = Array.isArray(document.egress) ? document.egress : [];
  return {
    rules: isPolicy(document, from, to) ? rules.filter((rule) => rule.enabled !== false && holds(rule.from.zones, from) && holds(rule.to.zones, to)).length : 0,
    published: from === "wan" ? (document.publish ?? []).filter((one) => one.to.zone === to).length : 0,
    ways: from === document.crm.zone && to === "wan" ? egress.filter((one) => isObject(one) && one.for === "crm").length : 0,
  };
}

export function countOf({ rules, published, ways }: Exceptions): number {
  return rules + published + ways;
}

function holds(zones: Which<string>, zone: string): boolean {
  return zones === "all" || zones.includes(zone);
}
