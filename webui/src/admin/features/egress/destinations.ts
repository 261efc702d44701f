// Where the box's own programs may go, in the settings document and as it is changed here before a review. Pure.
import { isObject } from "../../../api/client";
import { asciiOf } from "../../../i18n/script";
import type { SettingsDocument } from "../../api";

export const USERS = ["crm", "admin"] as const;
export const PROTOCOLS = ["tcp", "udp"] as const;
export type User = (typeof USERS)[number];
export type Protocol = (typeof PROTOCOLS)[number];

export interface Destination {
  for: User;
  to: string;
  protocol: Protocol;
  port: number;
  /** Empty: none. */
  note: string;
  /** What whoever asked for it said; empty: none. */
  reason: string;
}

/** What is to become of a destination, by its key; null: it is closed. */
export interface Edit {
  key: string;
  to: Destination | null;
}

/** What makes a destination this one. */
export function keyOf(one: Pick<Destination, "for" | "to" | "protocol" | "port">): string {
  return `${one.for} ${one.protocol} ${one.port} ${one.to}`;
}

export function destinationsOf(document: SettingsDocument): Destination[] {
  const list = Array.isArray(document.egress) ? document.egress : [];
  return list.flatMap((one: unknown): Destination[] => {
    if (!isObject(one) || !isUser(one.for) || !isProtocol(one.protocol)) return [];
    if (typeof one.to !== "string" || typeof one.port !== "number") return [];
    return [{ for: one.for, to: one.to, protocol: one.protocol, port: one.port, note: textOf(one.note), reason: textOf(one.reason) }];
  });
}

/** Edits that change something in the document. */
export function pendingOf(document: SettingsDocument, edits: Edit[]): Edit[] {
  const all = destinationsOf(document);
  return edits.filter(({ key, to }) => {
    const now = all.find((one) => keyOf(one) === key);
    return to === null ? now !== undefined : now === undefined || now.note !== to.note || now.reason !== to.reason;
  });
}

/** The document with the edits in it. */
export function withEdits(document: SettingsDocument, edits: Edit[]): SettingsDocument {
  const next = structuredClone(document);
  const list = destinationsOf(document);
  for (const { key, to } of pendingOf(document, edits)) {
    const at = list.findIndex((one) => keyOf(one) === key);
    if (at === -1) list.push(...(to === null ? [] : [to]));
    else list.splice(at, 1, ...(to === null ? [] : [to]));
  }
  if (list.length === 0) delete next.egress;
  else next.egress = list.map(({ note, reason, ...rest }) => ({ ...rest, ...(note === "" ? {} : { note }), ...(reason === "" ? {} : { reason }) }));
  return next;
}

/** JSON pointer to a destination in a document. */
export function pointerTo(document: SettingsDocument, key: string): string {
  return `/egress/${destinationsOf(document).findIndex((one) => keyOf(one) === key)}`;
}

/** One more edit; what was said of the destination before is forgotten. */
export function edited(edits: Edit[], next: Edit): Edit[] {
  return [...edits.filter((one) => one.key !== next.key), next];
}

/** What the list shows: what is in force, and beside it what is staged. */
export interface Row extends Destination {
  key: string;
  state: "kept" | "new" | "changed" | "gone";
}

export function rowsOf(document: SettingsDocument, edits: Edit[]): Row[] {
  const pending = pendingOf(document, edits);
  const kept = destinationsOf(document).map((one): Row => {
    const key = keyOf(one);
    const edit = pending.find((other) => other.key === key);
    if (edit === undefined) return { ...one, key, state: "kept" };
    return edit.to === null ? { ...one, key, state: "gone" } : { ...edit.to, key, state: "changed" };
  });
  const added = pending.flatMap(({ key, to }): Row[] => (to === null || kept.some((one) => one.key === key) ? [] : [{ ...to, key, state: "new" }]));
  return [...kept, ...added];
}

/** As it was typed or copied: the name out of an address of the web, in small letters, in its ASCII form. */
export function targetOf(text: string): string {
  const typed = text.trim();
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(typed);
  const plain = typed.toLowerCase().replace(/\.$/, "");
  if (!whole && /^[\x20-\x7e]*$/.test(plain)) return plain;
  // Only what the browser takes for the web has its host in ASCII.
  const host = asciiOf(whole ? typed.replace(/^[^:]*:\/\//, "") : plain);
  return host === null ? plain : host.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}

export function isEdit(value: unknown): value is Edit {
  return isObject(value) && typeof value.key === "string" && (value.to === null || isDestination(value.to));
}

function isDestination(value: unknown): value is Destination {
  return isObject(value) && isUser(value.for) && isProtocol(value.protocol) && typeof value.to === "string" && typeof value.port === "number" && typeof value.note === "string" && typeof value.reason === "string";
}

function isUser(value: unknown): value is User {
  return USERS.some((one) => one === value);
}

function isProtocol(value: unknown): value is Protocol {
  return PROTOCOLS.some((one) => one === value);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
