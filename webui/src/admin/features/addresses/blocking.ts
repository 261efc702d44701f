// What is blocked where, in the settings document and as it is changed here before a review. Pure.
import { isObject } from "../../../api/client";
import { typedName } from "../../../i18n/script";
import type { SettingsDocument } from "../../api";

export interface List {
  /** What the admin calls it. */
  name: string;
  address: string;
}

/** A row of the form: zones know it by `id`, so that it keeps them while its name is typed. */
export interface Row extends List {
  id: string;
}

/** What the form says; names are typed one a line. */
export interface Blocked {
  lists: Row[];
  /** Zones in which names are blocked, each with the ids of its lists. */
  zones: Record<string, string[]>;
  block: string;
  allow: string;
}

export interface Known extends List {
  license: string;
}

/** Lists that many use, where their authors publish them (HaGeZi's: on the mirror that its README names, for GitHub locked
 * the account more than once in 2026); the box fetches none of them by itself. */
export const KNOWN: Known[] = [
  { name: "Steven Black", license: "MIT", address: "https://raw.githubusercontent.com/StevenBlack/hosts/master/hosts" },
  { name: "HaGeZi Light", license: "GPL-3.0", address: "https://gitlab.com/hagezi/mirror/-/raw/main/dns-blocklists/wildcard/light-onlydomains.txt" },
  { name: "HaGeZi Normal", license: "GPL-3.0", address: "https://gitlab.com/hagezi/mirror/-/raw/main/dns-blocklists/wildcard/multi-onlydomains.txt" },
  { name: "anti-AD", license: "MIT", address: "https://anti-ad.net/domains.txt" },
];

export function blockedOf(document: SettingsDocument): Blocked {
  const blocking = isObject(document.blocking) ? document.blocking : {};
  const lists = isObject(blocking.lists) ? blocking.lists : {};
  const zones = isObject(blocking.zones) ? blocking.zones : {};
  return {
    lists: Object.entries(lists).flatMap(([name, address]) => (typeof address === "string" ? [{ id: name, name, address }] : [])),
    zones: Object.fromEntries(Object.entries(zones).map(([zone, of]) => [zone, texts(of)])),
    block: texts(blocking.block).join("\n"),
    allow: texts(blocking.allow).join("\n"),
  };
}

/** Zones of the document in which devices ask for names, in its order. */
export function zonesOf(document: SettingsDocument): string[] {
  const crm = isObject(document.crm) ? document.crm.zone : undefined;
  return Object.keys(isObject(document.zones) ? document.zones : {}).filter((zone) => zone !== crm);
}

/** Names as typed, one a line, as the box keeps them and in its order; each once. */
export function namesOf(text: string): string[] {
  const names = text.split(/[\s,;，；、]+/).map((name) => typedName(name).toLowerCase().replace(/\.$/, ""));
  return [...new Set(names.filter((name) => name !== ""))].sort();
}

/** The document as the box would write it, with the ways to the lists' servers that are not there yet. */
export function withBlocked(document: SettingsDocument, blocked: Blocked): SettingsDocument {
  const next = structuredClone(document);
  const lists = filled(blocked.lists);
  const block = namesOf(blocked.block);
  const allow = namesOf(blocked.allow);
  const zones = Object.entries(named(blocked));
  const blocking = {
    ...(lists.length > 0 && { lists: Object.fromEntries(lists.map(({ name, address }) => [name, address])) }),
    ...(zones.length > 0 && { zones: Object.fromEntries(zones) }),
    ...(allow.length > 0 && { allow }),
    ...(block.length > 0 && { block }),
  };
  if (Object.keys(blocking).length === 0) delete next.blocking;
  else next.blocking = blocking;
  const egress = Array.isArray(next.egress) ? next.egress : [];
  const [ways, idle] = [missing(egress, lists), idleWays(document, blocked)];
  if (ways.length + idle.length === 0) return next;
  const kept = egress.filter((one) => !idle.some((way) => isWay(one, way)));
  const all = [...kept, ...ways.map(({ host, port }) => ({ for: "admin", to: host, protocol: "tcp", port }))];
  if (all.length > 0) next.egress = all;
  else delete next.egress;
  return next;
}

/** By zone, the names of its lists. */
function named({ lists, zones }: Blocked): Record<string, string[]> {
  const names = new Map(filled(lists).map((list) => [list.id, list.name]));
  return mapped(zones, (of) => of.flatMap((id) => names.get(id) ?? []).sort());
}

interface Way {
  host: string;
  port: number;
}

/** Where the lists are, as far as the admin application may not go there yet. */
export function missingWays(document: SettingsDocument, blocked: Blocked): Way[] {
  return missing(Array.isArray(document.egress) ? document.egress : [], filled(blocked.lists));
}

/** Ways of lists that there will be no more, as this page opens them: what somebody wrote a note to stays. */
export function idleWays(document: SettingsDocument, blocked: Blocked): Way[] {
  const egress = Array.isArray(document.egress) ? document.egress : [];
  const used = waysOf(filled(blocked.lists));
  const isUsed = (way: Way) => used.some(({ host, port }) => host === way.host && port === way.port);
  return waysOf(blockedOf(document).lists).filter((way) => !isUsed(way) && egress.some((one) => isWay(one, way) && Object.keys(one).length === 4));
}

function missing(egress: unknown[], lists: List[]): Way[] {
  return waysOf(lists).filter((way) => !egress.some((one) => isWay(one, way)));
}

function isWay(one: unknown, { host, port }: Way): one is object {
  return isObject(one) && one.for === "admin" && one.to === host && one.protocol === "tcp" && one.port === port;
}

/** Each once. */
function waysOf(lists: List[]): Way[] {
  const ways = lists.flatMap(({ address }) => wayOf(address) ?? []);
  return [...new Map(ways.map((way) => [`${way.host}:${way.port}`, way])).values()];
}

function wayOf(address: string): Way | null {
  const match = /^https:\/\/([a-z0-9.-]+\.[a-z0-9-]+)(?::(\d{1,5}))?(?:\/|$)/.exec(address);
  if (match?.[1] === undefined) return null;
  return { host: match[1], port: match[2] === undefined ? 443 : Number(match[2]) };
}

/** Rows that say something. */
export function filled(lists: Row[]): Row[] {
  return lists.map(({ id, name, address }) => ({ id, name: name.trim(), address: address.trim() })).filter((one) => one.name !== "" || one.address !== "");
}

export interface Unsaid {
  /** The row. */
  id: string;
  why: "no-name" | "no-address" | "twice";
}

/** The first row that is half there or has the name of another, which the document could not say. */
export function unsaid(lists: Row[]): Unsaid | null {
  const before = new Set<string>();
  for (const { id, name, address } of filled(lists)) {
    if (name === "") return { id, why: "no-name" };
    if (address === "") return { id, why: "no-address" };
    if (before.has(name)) return { id, why: "twice" };
    before.add(name);
  }
  return null;
}

export function isSame(one: Blocked, other: Blocked): boolean {
  const said = (blocked: Blocked) =>
    JSON.stringify([
      filled(blocked.lists).map(({ name, address }) => [name, address]).sort(),
      Object.entries(named(blocked)).sort(),
      namesOf(blocked.block),
      namesOf(blocked.allow),
    ]);
  return said(one) === said(other);
}

/** With a name that is never blocked; the admin's own word on that very name goes. */
export function allowing(blocked: Blocked, name: string): Blocked {
  const block = namesOf(blocked.block).filter((one) => one !== name);
  return { ...blocked, block: block.join("\n"), allow: namesOf(`${blocked.allow}\n${name}`).join("\n") };
}

export function changed(blocked: Blocked, id: string, next: Partial<List>): Blocked {
  return { ...blocked, lists: blocked.lists.map((one) => (one.id === id ? { ...one, ...next } : one)) };
}

export function without(blocked: Blocked, id: string): Blocked {
  return { ...blocked, lists: blocked.lists.filter((one) => one.id !== id), zones: mapped(blocked.zones, (of) => of.filter((one) => one !== id)) };
}

/** With one row more. */
export function added(blocked: Blocked, { name, address }: List): Blocked {
  if (address !== "" && blocked.lists.some((one) => one.address === address)) return blocked;
  const isTaken = (id: string) => blocked.lists.some((one) => one.id === id);
  let number = blocked.lists.length;
  while (isTaken(`new ${number}`)) number += 1;
  return { ...blocked, lists: [...blocked.lists, { id: `new ${number}`, name, address }] };
}

/** A zone with or without a list; null: names are blocked there at all, or not. */
export function inZone(blocked: Blocked, zone: string, list: string | null, is: boolean): Blocked {
  const zones = { ...blocked.zones };
  if (list === null) {
    if (is) zones[zone] = [];
    else delete zones[zone];
  } else {
    const others = (zones[zone] ?? []).filter((id) => id !== list);
    zones[zone] = is ? [...others, list] : others;
  }
  return { ...blocked, zones };
}

function mapped(zones: Record<string, string[]>, change: (of: string[]) => string[]): Record<string, string[]> {
  return Object.fromEntries(Object.entries(zones).map(([zone, of]) => [zone, change(of)]));
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

export function isBlocked(value: unknown): value is Blocked {
  const isList = (one: unknown) => isObject(one) && typeof one.id === "string" && typeof one.name === "string" && typeof one.address === "string";
  const isTexts = (of: unknown) => Array.isArray(of) && of.every((one) => typeof one === "string");
  return (
    isObject(value) &&
    Array.isArray(value.lists) &&
    value.lists.every(isList) &&
    isObject(value.zones) &&
    Object.values(value.zones).every(isTexts) &&
    typeof value.block === "string" &&
    typeof value.allow === "string"
  );
}
