// Where in the settings document something is wrong, for people: `/zones/office/ipv4/address` is "Zones, office, IPv4,
// address". Pure.

/** What has words, `admin.field.…`. */
const KNOWN = [
  "version", "language", "ports", "match", "mac", "path", "role", "access", "trunk", "zones", "vlan", "ipv4", "address", "dhcp", "from", "to", "ipv6", "policies",
  "allow", "management", "crm", "zone", "host", "reachable_from", "addresses", "source", "target", "reservations", "name",
  "rules", "services", "groups", "schedules", "time_zone", "schedule", "action", "comment", "days", "group",
  "label", "isolated", "relays", "routes", "network", "via",
  "egress", "for", "protocol", "port", "note", "reason",
] as const;

export type Step = { word: (typeof KNOWN)[number] } | { zone: string } | { name: string } | { number: number };

/** None for the document as a whole. */
export function stepsOf(pointer: string): Step[] {
  const parts = pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  // The API's own frame around it.
  if (parts[0] === "document") parts.shift();
  return parts.map((part, index) => {
    // The members of these have names that somebody chose.
    if (index === 1 && parts[0] === "zones") return { zone: part };
    if (index === 1 && ["ports", "services", "groups", "schedules"].includes(parts[0] ?? "")) return { name: part };
    if (/^\d+$/.test(part)) return { number: Number(part) + 1 };
    // Who, not where a range begins.
    if (parts[0] !== "zones" && parts[0] !== "schedules" && (part === "from" || part === "to")) return { word: part === "from" ? "source" : "target" };
    const word = KNOWN.find((one) => one === part);
    return word === undefined ? { name: part } : { word };
  });
}
