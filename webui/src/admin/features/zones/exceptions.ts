// What is said of two zones beside their policy, in the settings document as it is shown. Pure.
import { isObject } from "../../../api/client";
import type { Rule, Which } from "../rules/document";
import { type Document, isPolicy, type Passing, passing } from "./document";

/** The service that every document knows, which is what the policy "web" lets pass. */
const WEB = "web";

export interface Exceptions {
  /** Rules that are on and speak of the two; they come before the policy. */
  rules: number;
  /** Those of them that do something else than the policy. */
  otherwise: number;
  /** Services that are published to the one from the internet. */
  published: number;
  /** Destinations outside that the CRM is allowed to reach. */
  ways: number;
}

export function exceptionsOf(document: Document, from: string, to: string): Exceptions {
  const rules = (Array.isArray(document.rules) ? document.rules : []) as Rule[];
  const egress = Array.isArray(document.egress) ? document.egress : [];
  const spoken = isPolicy(document, from, to) ? rules.filter((rule) => rule.enabled !== false && holds(rule.from.zones, from) && holds(rule.to.zones, to)) : [];
  return {
    rules: spoken.length,
    otherwise: spoken.filter((rule) => isOtherwise(rule, passing(document, from, to))).length,
    published: from === "wan" ? (document.publish ?? []).filter((one) => one.to.zone === to).length : 0,
    ways: from === document.crm.zone && to === "wan" ? egress.filter((one) => isObject(one) && one.for === "crm").length : 0,
  };
}

export function countOf({ otherwise, published, ways }: Exceptions): number {
  return otherwise + published + ways;
}

/** Where a part passes anyway, a rule may open or close some of it. */
function isOtherwise(rule: Rule, policy: Passing): boolean {
  if (policy === "none") return rule.action === "allow";
  if (rule.action !== "allow") return true;
  return policy === "web" && !(Array.isArray(rule.services) && rule.services.every((name) => name === WEB));
}

function holds(zones: Which<string>, zone: string): boolean {
  return zones === "all" || zones.includes(zone);
}
