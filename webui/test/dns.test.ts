import { expect, test } from "vitest";
import { added, type Asked, askedOf, isAsked, isSame, KNOWN, rowOf, withAsked } from "../src/admin/features/addresses/dns";

const quad9 = { address: "9.9.9.9", name: "dns.quad9.net" };
const ali = { address: "223.5.5.5", name: "dns.alidns.com" };
const provider: Asked = { who: "provider", servers: [], dnssec: false };

test("the document says nothing of what the box does anyway", () => {
  expect(askedOf({})).toEqual(provider);
  expect(withAsked({ dns: { upstream: { tls: [quad9] }, dnssec: true }, version: 1 }, provider)).toEqual({ version: 1 });
});

test("servers are read from the document and written to it", () => {
  const document = { dns: { upstream: { tls: [quad9, ali] }, dnssec: true } };
  expect(askedOf(document)).toEqual({ who: "tls", servers: [quad9, ali], dnssec: true });
  expect(withAsked({}, askedOf(document))).toEqual(document);
});

test("what is typed stays while the provider is picked, and is not sent", () => {
  const asked: Asked = { who: "provider", servers: [quad9], dnssec: true };
  expect(withAsked({}, asked)).toEqual({ dns: { upstream: "provider", dnssec: true } });
  expect(isSame(asked, { ...asked, servers: [] })).toBe(true);
});

test("empty rows are nobody, and what is refused stands at its row", () => {
  const servers = [{ address: "", name: " " }, { address: " 9.9.9.9 ", name: "DNS.Quad9.net" }, { address: "", name: "" }, ali];
  expect(withAsked({}, { who: "tls", servers, dnssec: false }).dns).toEqual({ upstream: { tls: [quad9, ali] }, dnssec: false });
  expect([0, 1, 2].map((sent) => rowOf(servers, sent))).toEqual([1, 3, -1]);
});

test("a known resolver is added once", () => {
  const [first] = KNOWN;
  const once = added([{ address: "", name: "" }], first?.servers ?? []);
  expect(once).toEqual(first?.servers);
  expect(added(once, first?.servers ?? [])).toEqual(once);
});

test("what another version kept in the tab is not taken", () => {
  expect(isAsked({ who: "tls", servers: [quad9], dnssec: true })).toBe(true);
  expect(isAsked({ who: "tls", servers: [{}], dnssec: true })).toBe(false);
  expect(isAsked(null)).toBe(false);
});
