// Published services in the settings document: each function takes one and gives a changed copy. Whether it is a good
// document the box says. Pure.
import type { Member, Which } from "../rules/document";
import { freeId } from "../rules/edit";
import { type Document, isInside } from "../zones/document";

export interface Publication {
  id: number;
  /** Absent: true. */
  enabled?: boolean;
  label: string;
  /** `tcp/443`, `udp/5000-5010`. */
  ports: string[];
  to: { zone: string; address: string; port?: number; ipv6?: string };
  from: Which<Member>;
  /** The last day. */
  until?: string;
  comment?: string;
}

export function publishedOf(document: Document): Publication[] {
  return (Array.isArray(document.publish) ? document.publish : []) as Publication[];
}

/** None is said by leaving the field out. */
export function withPublished(document: Document, list: Publication[]): Document {
  const next: Document = { ...document };
  if (list.length > 0) next.publish = list;
  else delete next.publish;
  return next;
}

/** In the place of the one with its number, or at the end. */
export function withPublication(document: Document, one: Publication): Document {
  const list = publishedOf(document);
  const known = list.some(({ id }) => id === one.id);
  return withPublished(document, known ? list.map((other) => (other.id === one.id ? one : other)) : [...list, one]);
}

export function withoutPublication(document: Document, id: number): Document {
  return withPublished(
    document,
    publishedOf(document).filter((one) => one.id !== id),
  );
}

/** With one that was taken out, at its former place. */
export function restored(now: Document, document: Document, id: number): Document {
  const [before, after] = [publishedOf(now), publishedOf(document)];
  const kept = before.flatMap((one) => (one.id === id ? [one] : after.filter((other) => other.id === one.id)));
  return withPublished(document, [...kept, ...after.filter((one) => !before.some((other) => other.id === one.id))]);
}

/** Neither one that is staged nor one that is in force has it. */
export function freeNumber(documents: Document[]): number {
  return freeId(documents.flatMap(publishedOf));
}

export function switched(one: Publication, on: boolean): Publication {
  if (!on) return { ...one, enabled: false };
  const next = { ...one };
  delete next.enabled;
  return next;
}

/** Without what means nothing, so that two that say the same are the same. */
export function same(one: Publication, other: Publication): boolean {
  const text = ({ id, enabled, label, ports, to, from, until, comment }: Publication) =>
    JSON.stringify([id, enabled !== false, label, ports, to.zone, to.address, to.port, to.ipv6, from, until, comment]);
  return text(one) === text(other);
}

export type State = "on" | "off" | "over";

/** `today`: in the box's time zone, `2026-11-30`. */
export function stateOf(one: Publication, today: string): State {
  if (one.enabled === false) return "off";
  return one.until !== undefined && one.until < today ? "over" : "on";
}

/** The day where the box stands; by this device's own clock when that is not known. */
export function todayIn(timeZone: unknown, now: Date): string {
  // Sweden writes days as the document does.
  try {
    return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeZone: typeof timeZone === "string" ? timeZone : undefined }).format(now);
  } catch {
    return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short" }).format(now);
  }
}

/** A row of the list: what is in force, with what is prepared. */
export interface Row {
  one: Publication;
  staged: "kept" | "new" | "changed" | "gone";
}

export function rowsOf(now: Document, document: Document): Row[] {
  const [before, after] = [publishedOf(now), publishedOf(document)];
  const rows = after.map((one): Row => {
    const former = before.find(({ id }) => id === one.id);
    return { one, staged: former === undefined ? "new" : same(former, one) ? "kept" : "changed" };
  });
  const gone = before.filter(({ id }) => !after.some((one) => one.id === id));
  return [...rows, ...gone.map((one): Row => ({ one, staged: "gone" }))];
}

/** The zone that has the address, in its subnet or behind a router of it; null when none has. */
export function zoneWith(document: Document, address: string): string | null {
  const inZone = (ip: string) => Object.entries(document.zones).find(([, zone]) => zone.ipv4 !== undefined && isInside(zone.ipv4.address, ip))?.[0] ?? null;
  const route = document.routes?.find((one) => isInside(one.network, address));
  return inZone(address) ?? (route === undefined ? null : inZone(route.via));
}
