// What the map shows of `/zones`: each zone's place, and what its line to the box is like. Pure.
import type { Zone, Zones } from "../../api";

/** `linked`: something is plugged in. `inside`: a zone of the box itself, which needs no cable. `unplugged`: each of its
    ports is free. `no-address`: plugged in, and the provider gave none. `no-port`: no port carries it. */
export type Line = "linked" | "inside" | "unplugged" | "no-address" | "no-port";

export interface Place {
  zone: Zone;
  line: Line;
  /** Without the prefix; IPv4 first, as people know it. */
  address: string | null;
  ports: number;
  linked: number;
}

export interface Picture {
  /** None while no port is for the internet. */
  internet: Place | null;
  zones: Place[];
}

const ORDER: Zone["kind"][] = ["wan", "office", "zone", "guest", "crm"];

/** The internet, then who works here, then guests, then the CRM. */
export function inOrder(zones: Zone[]): Zone[] {
  return [...zones].sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind) || one.name.localeCompare(other.name));
}

export function pictureOf(zones: Zones): Picture {
  const places = inOrder(zones.zones).map((zone) => placeOf(zone, zone.kind === "wan" ? (zones.wan?.addresses ?? []) : zone.addresses));
  return {
    internet: places.find(({ zone }) => zone.kind === "wan") ?? null,
    zones: places.filter(({ zone }) => zone.kind !== "wan"),
  };
}

function placeOf(zone: Zone, addresses: string[]): Place {
  const linked = zone.ports.filter((port) => port.linked).length;
  // The provider's address goes with the cable; the box's own in a zone stays.
  const bare = zone.kind === "wan" && linked === 0 ? [] : addresses.map((one) => one.replace(/\/.*/, ""));
  const address = bare.find((one) => !one.includes(":")) ?? bare[0] ?? null;
  return { zone, line: lineOf(zone, linked, address), address, ports: zone.ports.length, linked };
}

function lineOf(zone: Zone, linked: number, address: string | null): Line {
  // Its program is in the box, whatever else is plugged into its VLAN.
  if (zone.kind === "crm" && linked === 0) return "inside";
  if (zone.ports.length === 0) return "no-port";
  if (linked === 0) return "unplugged";
  return zone.kind === "wan" && address === null ? "no-address" : "linked";
}

/** Whether a person has to see at a glance that nothing comes through. */
export function isBroken(line: Line): line is Exclude<Line, "linked" | "inside"> {
  return line !== "linked" && line !== "inside";
}
