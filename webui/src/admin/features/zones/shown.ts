// The zones and what passes between them as they will be with the edits: where nothing is edited, what the box says of
// now. Pure.
import type { Flow, Zone, Zones } from "../../api";
import { type Document, isPolicy, passing } from "./document";
import { countOf, type Exceptions, exceptionsOf } from "./exceptions";

export interface ShownFlow extends Flow {
  /** Prepared, and not in force. */
  staged: boolean;
  /** What is said of the two beside it. */
  exceptions: Exceptions;
}

/** The zones of the document; those that are not there yet have nothing that the box could say of them. */
export function zonesShown(zones: Zones, document: Document): Zone[] {
  const hasWan = Object.values(document.ports).some((port) => port.role === "wan");
  const known = zones.zones.filter((zone) => (zone.kind === "wan" ? hasWan : zone.name in document.zones));
  const wan = hasWan && !known.some((zone) => zone.kind === "wan") ? [zoneOf("wan", "wan", null)] : [];
  const added = Object.entries(document.zones).filter(([name]) => !known.some((zone) => zone.name === name));
  const changed = known.map((zone) => {
    const settings = document.zones[zone.name];
    return settings === undefined ? zone : { ...zone, vlan: settings.vlan, isolated: settings.isolated === true };
  });
  return [...wan, ...changed, ...added.map(([name, zone]) => zoneOf(name, "zone", zone.vlan, zone.isolated))];
}

function zoneOf(name: string, kind: Zone["kind"], vlan: number | null, isolated = false): Zone {
  return { name, kind, vlan, isolated, label: null, addresses: [], ports: [] };
}

/** What the server does not name is blocked. */
export function flowShown(zones: Zones, now: Document, document: Document, from: string, to: string): ShownFlow {
  const exceptions = exceptionsOf(document, from, to);
  // A rule, a published service or a destination that is only prepared is not in force either.
  const isNew = countOf(exceptions) !== countOf(exceptionsOf(now, from, to));
  const inForce = zones.flows.find((flow) => flow.from === from && flow.to === to)?.allow ?? "none";
  if (!isPolicy(document, from, to)) return { from, to, allow: inForce, staged: isNew, exceptions };
  const next = passing(document, from, to);
  if (next === passing(now, from, to)) return { from, to, allow: inForce, staged: isNew, exceptions };
  return { from, to, allow: next, staged: true, exceptions };
}
