// Where in the settings document something is wrong, for people: `/zones/office/ipv4/address` is "Zones, office, IPv4,
// address". A rule is called as its page calls it. Pure.
import { isObject } from "../../api/client";
import type { SettingsDocument } from "../api";
import { partsOf, type Rule } from "../features/rules/document";
import { entryAt } from "../features/rules/problems";

/** What has words, `admin.field.…`. */
const KNOWN = [
  "version", "language", "ports", "match", "mac", "path", "role", "access", "trunk", "zones", "vlan", "ipv4", "address", "dhcp", "from", "to", "ipv6", "policies",
  "allow", "management", "crm", "zone", "host", "reachable_from", "addresses", "source", "target", "reservations", "name",
  "rules", "services", "groups", "schedules", "time_zone", "schedule", "action", "comment", "days", "group",
  "label", "isolated", "relays", "routes", "network", "via",
  "egress", "for", "protocol", "port", "note", "reason",
] as const;

export type Step = { word: (typeof KNOWN)[number] } | { zone: string } | { name: string } | { number: number } | { rule: Rule };

/** None for the document as a whole. `document`: the one that the pointer is about, where it is at hand. */
export function stepsOf(pointer: string, document?: SettingsDocument): Step[] {
  const parts = pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  // The API's own frame around it.
  if (parts[0] === "document") parts.shift();
  const rule = parts[0] === "rules" && document !== undefined ? partsOf(document).rules[Number(parts[1])] : undefined;
  if (isObject(rule)) return [{ rule }, ...worded(parts).slice(2, -1), ...lastOf(rule, parts)];
  return worded(parts);
}

/** An entry of one of a rule's lists is called as it is. */
function lastOf(rule: Rule, parts: string[]): Step[] {
  if (parts.length < 3) return [];
  const entry = entryAt(rule, parts.slice(2));
  if (entry === null) return worded(parts).slice(-1);
  return [parts.at(-2) === "zones" ? { zone: entry } : { name: entry }];
}

function worded(parts: string[]): Step[] {
  return parts.map((part, index) => {
    // The members of these have names that somebody chose.
    // Of a label that is refused people do not know yet whose it is: the zone goes by its name in the document.
    if (index === 1 && parts[0] === "zones") return parts.at(-1) === "label" ? { name: part } : { zone: part };
    if (index === 1 && ["ports", "services", "groups", "schedules"].includes(parts[0] ?? "")) return { name: part };
    if (/^\d+$/.test(part)) return { number: Number(part) + 1 };
    // Who, not where a range begins.
    if (parts[0] !== "zones" && parts[0] !== "schedules" && (part === "from" || part === "to")) return { word: part === "from" ? "source" : "target" };
    const word = KNOWN.find((one) => one === part);
    return word === undefined ? { name: part } : { word };
  });
}
