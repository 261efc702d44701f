// Who is asked for names, in the settings document and as it is changed here before a review. Pure.
import { isObject } from "../../../api/client";
import { asciiOf } from "../../../i18n/script";
import type { SettingsDocument } from "../../api";

/** A name server that is asked over TLS. */
export interface Server {
  address: string;
  /** What its certificate must be for. */
  name: string;
}

/** What the form says: servers stay typed while the provider is picked. */
export interface Asked {
  who: "provider" | "tls";
  servers: Server[];
  dnssec: boolean;
}

interface Known {
  label: string;
  servers: Server[];
}

/** Public resolvers, as their operators tell; the box has never asked them. */
export const KNOWN: Known[] = [
  known("Quad9", "dns.quad9.net", "9.9.9.9", "149.112.112.112"),
  known("Cloudflare", "cloudflare-dns.com", "1.1.1.1", "1.0.0.1"),
  known("Google", "dns.google", "8.8.8.8", "8.8.4.4"),
  known("AliDNS", "dns.alidns.com", "223.5.5.5", "223.6.6.6"),
  known("DNSPod", "dot.pub", "1.12.12.12", "120.53.53.53"),
];

function known(label: string, name: string, ...addresses: string[]): Known {
  return { label, servers: addresses.map((address) => ({ address, name })) };
}

export function askedOf(document: SettingsDocument): Asked {
  const dns = isObject(document.dns) ? document.dns : {};
  const tls = isObject(dns.upstream) && Array.isArray(dns.upstream.tls) ? dns.upstream.tls.filter(isServer) : [];
  return { who: tls.length > 0 ? "tls" : "provider", servers: tls.map(({ address, name }) => ({ address, name })), dnssec: dns.dnssec === true };
}

/** Empty rows are nobody. */
export function filled(servers: Server[]): Server[] {
  return servers.map(({ address, name }) => ({ address: address.trim(), name: nameOf(name) })).filter((one) => one.address !== "" || one.name !== "");
}

/** In the letters that a certificate has it in. */
function nameOf(typed: string): string {
  const plain = typed.trim().toLowerCase();
  return /^[\x20-\x7e]*$/.test(plain) ? plain : (asciiOf(plain) ?? plain);
}

/** The document as the box would write it: nothing is said of what it does anyway. */
export function withAsked(document: SettingsDocument, asked: Asked): SettingsDocument {
  const next = structuredClone(document);
  const upstream = asked.who === "tls" ? { tls: filled(asked.servers) } : "provider";
  if (upstream === "provider" && !asked.dnssec) delete next.dns;
  else next.dns = { upstream, dnssec: asked.dnssec };
  return next;
}

export function isSame(one: Asked, other: Asked): boolean {
  const said = (asked: Asked) => JSON.stringify(withAsked({}, asked));
  return said(one) === said(other);
}

/** With those of a known resolver that are not there yet; a row that is empty is used. */
export function added(servers: Server[], more: Server[]): Server[] {
  const kept = filled(servers);
  return [...kept, ...more.filter((one) => !kept.some(({ address }) => address === one.address))];
}

/** The rows of what is sent, by their place in it: those that are empty are left out there. */
export function rowOf(servers: Server[], sent: number): number {
  const places = servers.flatMap((one, index) => (one.address.trim() === "" && one.name.trim() === "" ? [] : [index]));
  return places[sent] ?? -1;
}

function isServer(value: unknown): value is Server {
  return isObject(value) && typeof value.address === "string" && typeof value.name === "string";
}

export function isAsked(value: unknown): value is Asked {
  return isObject(value) && (value.who === "provider" || value.who === "tls") && Array.isArray(value.servers) && value.servers.every(isServer) && typeof value.dnssec === "boolean";
}
