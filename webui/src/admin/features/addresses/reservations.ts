// Devices with a fixed address, in the settings document and as they are changed here before a review. Pure.
import { isObject } from "../../../api/client";
import type { Lease, SettingsDocument } from "../../api";

/** A device that always gets the same address. */
export interface Fixed {
  zone: string;
  mac: string;
  address: string;
  /** Empty: none. */
  name: string;
}

/** What is to become of a device, by zone and MAC address; null: no fixed address. */
export interface Edit {
  zone: string;
  mac: string;
  to: { address: string; name: string } | null;
}

interface Written {
  mac: string;
  address: string;
  name?: string;
}

/** Names that no device may have, as the box says, too. */
const RESERVED = ["crm", "gatehouse", "isatap", "localhost", "wpad"];
const NAME_MOST = 63;

/** Zones in which devices can have one: those with IPv4, the CRM's aside. With the box's address there. */
export function zonesOf(document: SettingsDocument): { name: string; address: string }[] {
  const zones = isObject(document.zones) ? document.zones : {};
  const crm = isObject(document.crm) ? document.crm.zone : null;
  return Object.entries(zones).flatMap(([name, zone]) => {
    const ipv4 = isObject(zone) && isObject(zone.ipv4) ? zone.ipv4 : null;
    return ipv4 === null || typeof ipv4.address !== "string" || name === crm ? [] : [{ name, address: ipv4.address }];
  });
}

export function fixedOf(document: SettingsDocument): Fixed[] {
  const zones = isObject(document.zones) ? document.zones : {};
  return Object.keys(zones).flatMap((zone) => writtenIn(document, zone).map((one) => ({ zone, mac: one.mac, address: one.address, name: one.name ?? "" })));
}

function writtenIn(document: SettingsDocument, zone: string): Written[] {
  const found = isObject(document.zones) ? document.zones[zone] : null;
  return isObject(found) && Array.isArray(found.reservations) ? found.reservations.filter(isWritten) : [];
}

function isWritten(value: unknown): value is Written {
  return isObject(value) && typeof value.mac === "string" && typeof value.address === "string" && (value.name === undefined || typeof value.name === "string");
}

/** Edits that change something in the document; a zone that is gone took its devices along. */
export function pendingOf(document: SettingsDocument, edits: Edit[]): Edit[] {
  const zones = zonesOf(document).map((zone) => zone.name);
  const all = fixedOf(document);
  return edits.filter(({ zone, mac, to }) => {
    if (!zones.includes(zone)) return false;
    const now = all.find((one) => one.zone === zone && one.mac === mac);
    return to === null ? now !== undefined : now === undefined || now.address !== to.address || now.name !== to.name;
  });
}

/** The document with the edits in it, and where each device's entry stands in it. */
export function withEdits(document: SettingsDocument, edits: Edit[]): SettingsDocument {
  const next = structuredClone(document);
  for (const { zone, mac, to } of pendingOf(document, edits)) {
    const found = isObject(next.zones) ? next.zones[zone] : null;
    if (!isObject(found)) continue;
    const list = writtenIn(next, zone);
    const entry: Written[] = to === null ? [] : [{ mac, address: to.address, ...(to.name === "" ? {} : { name: to.name }) }];
    const at = list.findIndex((one) => one.mac === mac);
    if (at === -1) list.push(...entry);
    else list.splice(at, 1, ...entry);
    if (list.length === 0) delete found.reservations;
    else found.reservations = list;
  }
  return next;
}

/** JSON pointer to a device's entry in a document. */
export function pointerTo(document: SettingsDocument, zone: string, mac: string): string {
  return `/zones/${zone}/reservations/${writtenIn(document, zone).findIndex((one) => one.mac === mac)}`;
}

/** One more edit; what was said of the device before is forgotten. */
export function edited(edits: Edit[], next: Edit): Edit[] {
  return [...edits.filter((one) => one.zone !== next.zone || one.mac !== next.mac), next];
}

/** To keep what the device has now; its name too, unless the box would refuse it. */
export function editOf(lease: Lease, taken: Fixed[]): Edit {
  const name = hostName(lease.name ?? "");
  const isFree = name !== "" && !RESERVED.includes(name) && !taken.some((one) => one.zone === lease.zone && one.mac !== lease.mac && one.name === name);
  return { zone: lease.zone, mac: lease.mac, to: { address: lease.address, name: isFree ? name : "" } };
}

/** A name as the box takes it, out of what a device calls itself. */
function hostName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .slice(0, NAME_MOST)
    .replace(/^-+|-+$/g, "");
}

/** As it was typed or copied from a label: `AA-BB-CC-DD-EE-FF` and `aabb.ccdd.eeff` are the same. */
export function macOf(text: string): string {
  const digits = text.trim().toLowerCase().replace(/[:.\-\s]/g, "");
  return /^[0-9a-f]{12}$/.test(digits) ? (digits.match(/../g) ?? []).join(":") : text.trim().toLowerCase();
}

export function isEdit(value: unknown): value is Edit {
  if (!isObject(value) || typeof value.zone !== "string" || typeof value.mac !== "string") return false;
  return value.to === null || (isObject(value.to) && typeof value.to.address === "string" && typeof value.to.name === "string");
}

/** What the list shows: what is in force, and beside it what is staged. */
export interface Row extends Fixed {
  state: "kept" | "new" | "changed" | "gone";
}

export function rowsOf(document: SettingsDocument, edits: Edit[]): Row[] {
  const pending = pendingOf(document, edits);
  const kept = fixedOf(document).map((one): Row => {
    const edit = pending.find(({ zone, mac }) => zone === one.zone && mac === one.mac);
    if (edit === undefined) return { ...one, state: "kept" };
    return edit.to === null ? { ...one, state: "gone" } : { ...one, ...edit.to, state: "changed" };
  });
  const known = (edit: Edit) => kept.some((one) => one.zone === edit.zone && one.mac === edit.mac);
  const added = pending.flatMap((edit): Row[] => (edit.to === null || known(edit) ? [] : [{ zone: edit.zone, mac: edit.mac, ...edit.to, state: "new" }]));
  return [...kept, ...added].toSorted((one, other) => one.zone.localeCompare(other.zone) || numberOf(one.address) - numberOf(other.address));
}

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}
