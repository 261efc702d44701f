// The settings document as this page edits it: each function takes one and gives a changed copy. Fields that are not
// spoken of here stay as they are. Whether it is a good document the box says. Pure.
import { isObject } from "../../../api/client";
import type { SettingsDocument } from "../../api";
import type { Rule, Side } from "../rules/document";

export type Role = "wan" | { access: string } | { trunk: string[] };
export type Match = { mac: string } | { path: string };

export interface Port {
  match: Match;
  role: Role;
}

export interface ZoneSettings {
  vlan: number;
  ipv4?: { address: string; dhcp?: { from: string; to: string } };
  ipv6: "automatic" | "off";
  label?: string;
  isolated?: boolean;
}

export interface Policy {
  from: string;
  to: string;
  allow: "all" | "web";
}

export interface Route {
  network: string;
  via: string;
}

/** Two zones whose devices find each other. */
export interface Relay {
  zones: [string, string];
  /** Absent: all. */
  services?: "all" | "printing";
}

interface Source {
  zone: string;
}

/** What of a document is looked at here. */
export interface Document extends SettingsDocument {
  ports: Record<string, Port>;
  zones: Record<string, ZoneSettings>;
  policies: Policy[];
  management: { from: Source[] };
  crm: { zone: string; reachable_from: Source[] };
  routes?: Route[];
  publish?: { to: Source }[];
  relays?: Relay[];
  blocking?: { zones?: Record<string, unknown> };
}

/** The box's own documents are such; null for anything else. */
export function asDocument(value: unknown): Document | null {
  const is = isObject(value) && isObject(value.ports) && isObject(value.zones) && Array.isArray(value.policies) && isObject(value.management) && isObject(value.crm);
  return is ? (value as Document) : null;
}

/** What people call the zones that have another name than in the document. */
export function labelsOf(document: unknown): Record<string, string> {
  const zones = asDocument(document)?.zones ?? {};
  return Object.fromEntries(Object.entries(zones).flatMap(([name, zone]) => (typeof zone.label === "string" ? [[name, zone.label]] : [])));
}

/** What zones are called where a draft is shown: those that it takes away, too. */
export function labelsShown(now: Document, draft: Document): Record<string, string> {
  const gone = Object.entries(labelsOf(now)).filter(([name]) => !(name in draft.zones));
  return { ...Object.fromEntries(gone), ...labelsOf(draft) };
}

export type Passing = "all" | "web" | "none";

export function passing(document: Document, from: string, to: string): Passing {
  return document.policies.find((one) => one.from === from && one.to === to)?.allow ?? "none";
}

/** Whether what passes between these is a policy, and so can be picked. */
export function isPolicy(document: Document, from: string, to: string): boolean {
  const { zone } = document.crm;
  return from !== to && from !== "wan" && from !== zone && to !== zone;
}

export function withPassing(document: Document, from: string, to: string, allow: Passing): Document {
  const known = document.policies.some((one) => one.from === from && one.to === to);
  const changed = document.policies.flatMap((one) => {
    if (one.from !== from || one.to !== to) return [one];
    return allow === "none" ? [] : [{ ...one, allow }];
  });
  return { ...document, policies: known || allow === "none" ? changed : [...changed, { from, to, allow }] };
}

export function withZone(document: Document, name: string, zone: ZoneSettings): Document {
  return { ...document, zones: { ...document.zones, [name]: zone } };
}

/** Without the zone and all that names it: a port that carried nothing else is used no more. */
export function withoutZone(document: Document, name: string): Document {
  const keeps = ({ zone }: Source) => zone !== name;
  const ports = Object.entries(document.ports).flatMap(([port, one]): [string, Port][] => {
    const { role } = one;
    if (role === "wan") return [[port, one]];
    if ("access" in role) return role.access === name ? [] : [[port, one]];
    const trunk = role.trunk.filter((zone) => zone !== name);
    return trunk.length === 0 ? [] : [[port, { ...one, role: { trunk } }]];
  });
  const published = document.publish?.filter((one) => keeps(one.to)) ?? [];
  const relays = relaysOf(document).filter((one) => !one.zones.includes(name));
  const subnet = document.zones[name]?.ipv4?.address;
  const rules = rulesWithout(Array.isArray(document.rules) ? (document.rules as Rule[]) : [], name);
  const leads = (to: unknown) => typeof to === "string" && subnet !== undefined && isInside(subnet, to.replace(/\/.*/, ""));
  const egress = (Array.isArray(document.egress) ? document.egress : []).filter((one: unknown) => !(isObject(one) && leads(one.to)));
  const others = ["publish", "relays", "rules", "egress"].reduce<Record<string, unknown>>(without, document);
  const next: Document = {
    ...(others as Document),
    ...(rules.length > 0 ? { rules } : {}),
    ...(egress.length > 0 ? { egress } : {}),
    ...(published.length > 0 ? { publish: published } : {}),
    ...(relays.length > 0 ? { relays } : {}),
    ...(document.blocking?.zones && { blocking: { ...document.blocking, zones: without(document.blocking.zones, name) } }),
    ports: Object.fromEntries(ports),
    zones: without(document.zones, name),
    policies: document.policies.filter((one) => one.from !== name && one.to !== name),
    management: { ...document.management, from: document.management.from.filter(keeps) },
    crm: { ...document.crm, reachable_from: document.crm.reachable_from.filter(keeps) },
  };
  return subnet === undefined ? next : withRoutes(next, routesOf(document).filter((one) => !isInside(subnet, one.via)));
}

/** A rule that speaks of other zones too stays for these. */
function rulesWithout(rules: Rule[], zone: string): Rule[] {
  const side = (one: Side): Side => (one.zones === "all" ? one : { ...one, zones: one.zones.filter((other) => other !== zone) });
  const names = (rule: Rule) => [rule.from.zones, rule.to.zones].some((zones) => zones !== "all" && zones.includes(zone));
  return rules.map((rule) => (names(rule) ? { ...rule, from: side(rule.from), to: side(rule.to) } : rule)).filter((rule) => rule.from.zones.length > 0 && rule.to.zones.length > 0);
}

export function withPort(document: Document, name: string, port: Port): Document {
  return { ...document, ports: { ...document.ports, [name]: port } };
}

export function withoutPort(document: Document, name: string): Document {
  return { ...document, ports: without(document.ports, name) };
}

export function routesOf(document: Document): Route[] {
  return document.routes ?? [];
}

export function relaysOf(document: Document): Relay[] {
  return document.relays ?? [];
}

/** None is said by leaving the field out. */
export function withRoutes(document: Document, routes: Route[]): Document {
  if (routes.length > 0) return { ...document, routes };
  return without(document, "routes") as Document;
}

/** Ports that carry the zone. */
export function portsOf(document: Document, zone: string): string[] {
  const carries = ({ role }: Port) => role !== "wan" && ("access" in role ? role.access === zone : role.trunk.includes(zone));
  return Object.keys(document.ports).filter((name) => {
    const port = document.ports[name];
    return port !== undefined && carries(port);
  });
}

function without<T>(record: Record<string, T>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([one]) => one !== name));
}

/** Whether an IPv4 address is in the network of another one with its prefix length. */
export function isInside(network: string, address: string): boolean {
  const [start, length] = network.split("/");
  const [one, other] = [numberOf(start ?? ""), numberOf(address)];
  const bits = Number(length);
  if (one === null || other === null || !(bits >= 1 && bits <= 32)) return false;
  const size = 2 ** (32 - bits);
  return Math.floor(one / size) === Math.floor(other / size);
}

/** Whether two addresses with their prefix lengths are in networks that share addresses. */
export function meets(one: string, other: string): boolean {
  return isInside(one, other.replace(/\/.*/, "")) || isInside(other, one.replace(/\/.*/, ""));
}

/** An IPv4 address as a number. */
export function numberOf(address: string): number | null {
  const parts = address.split(".");
  const numbers = parts.map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  return parts.length !== 4 || numbers.some((one) => one > 255) ? null : numbers.reduce((sum, one) => sum * 256 + one, 0);
}

export function addressOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}
