import { expect, test } from "vitest";
import { added, allowing, type Blocked, blockedOf, changed, idleWays, inZone, isBlocked, isSame, KNOWN, missingWays, namesOf, unsaid, withBlocked, without, zonesOf } from "../src/admin/features/addresses/blocking";

const ads = { id: "Ads", name: "Ads", address: "https://lists.example.net/a" };
const nothing: Blocked = { lists: [], zones: {}, block: "", allow: "" };

test("nothing is said of what is not blocked", () => {
  expect(blockedOf({})).toEqual(nothing);
  expect(withBlocked({ version: 1, blocking: { block: ["a.example"] } }, nothing)).toEqual({ version: 1 });
});

test("what is blocked is read from the document and written to it, with the way to the lists", () => {
  const way = { for: "admin", to: "lists.example.net", protocol: "tcp", port: 443 };
  const document = { blocking: { lists: { Ads: ads.address }, zones: { guest: ["Ads"] }, allow: ["a.example"], block: ["b.example"] }, egress: [way] };
  const blocked = blockedOf(document);
  expect(withBlocked(document, blocked)).toEqual(document);
  expect(missingWays(document, blocked)).toEqual([]);
  expect(missingWays({}, blocked)).toEqual([{ host: "lists.example.net", port: 443 }]);
  expect(withBlocked({ egress: [{ ...way, port: 22 }] }, blocked).egress).toEqual([{ ...way, port: 22 }, way]);
  const twice = added(added(nothing, ads), { name: "B", address: "https://lists.example.net:8443/b" });
  expect(missingWays({}, added(twice, { name: "C", address: "https://lists.example.net/c" }))).toHaveLength(2);
});

test("the way to a list goes with the last list from there, unless somebody noted what else it is for", () => {
  const way = { for: "admin", to: "lists.example.net", protocol: "tcp", port: 443 };
  const document = { blocking: { lists: { Ads: ads.address, B: "https://lists.example.net/b" } }, egress: [way] };
  const one = without(blockedOf(document), "Ads");
  expect(idleWays(document, one)).toEqual([]);
  expect(idleWays(document, without(one, "B"))).toEqual([{ host: "lists.example.net", port: 443 }]);
  expect(withBlocked(document, without(one, "B"))).toEqual({});
  const noted = { ...document, egress: [{ ...way, note: "updates" }] };
  expect(withBlocked(noted, without(one, "B"))).toEqual({ egress: noted.egress });
});

test("names are taken as people type them", () => {
  expect(namesOf(" B.example. ,a.example\n\na.example；c.example")).toEqual(["a.example", "b.example", "c.example"]);
  expect(namesOf("广告.COM")).toEqual(["xn--4rr70v.com"]);
});

test("a list that is renamed or removed is so in its zones, whatever is typed on the way", () => {
  const one = inZone(inZone({ ...nothing, lists: [ads] }, "guest", null, true), "guest", "Ads", true);
  const zonesOf = (blocked: Blocked) => (withBlocked({}, blocked).blocking as { zones: unknown }).zones;
  expect(zonesOf(one)).toEqual({ guest: ["Ads"] });
  expect(zonesOf(changed(changed(one, "Ads", { name: "" }), "Ads", { name: "广告" }))).toEqual({ guest: ["广告"] });
  const two = added(one, { name: "", address: "https://b.example/x" });
  const id = two.lists[1]!.id;
  const typed = ["A", "Ad", "Ads", "Ads2"].reduce((so, name) => changed(so, id, { name }), two);
  expect(zonesOf(typed)).toEqual({ guest: ["Ads"] });
  expect(without(one, "Ads")).toEqual({ ...nothing, zones: { guest: [] } });
  expect(inZone(one, "guest", null, false).zones).toEqual({});
});

test("a name that is allowed is not blocked by the admin's own word any more", () => {
  const blocked = { ...nothing, block: "x.example\ny.example" };
  expect(allowing(blocked, "x.example")).toEqual({ ...nothing, block: "y.example", allow: "x.example" });
});

test("half a list and two with one name are told at their row before anything is sent", () => {
  const row = (id: string, name: string, address: string) => ({ id, name, address });
  expect(unsaid([row("1", "", "")])).toBeNull();
  expect(unsaid([ads, row("2", "A", " ")])).toEqual({ id: "2", why: "no-address" });
  expect(unsaid([ads, row("2", "", "https://a.example")])).toEqual({ id: "2", why: "no-name" });
  expect(unsaid([ads, row("2", "Ads ", "https://other.example/x")])).toEqual({ id: "2", why: "twice" });
});

test("the order of what is typed means nothing, and empty rows neither", () => {
  const other = { id: "new 1", name: "B", address: "https://b.example/x" };
  const one = { ...nothing, lists: [ads, other], allow: "a.example b.example" };
  expect(isSame(one, { ...nothing, lists: [other, { id: "new 2", name: " ", address: "" }, ads], allow: "b.example\na.example" })).toBe(true);
  expect(isSame(one, nothing)).toBe(false);
});

test("each well-known list can be fetched as it stands", () => {
  for (const list of KNOWN) expect(missingWays({}, added(nothing, list))).toHaveLength(1);
});

test("the CRM's zone asks for no names", () => {
  expect(zonesOf({ zones: { office: {}, crm: {}, guest: {} }, crm: { zone: "crm" } })).toEqual(["office", "guest"]);
});

test("what another version kept in the tab is not taken", () => {
  expect(isBlocked(nothing)).toBe(true);
  expect(isBlocked({ ...nothing, zones: { guest: "Ads" } })).toBe(false);
  expect(isBlocked(null)).toBe(false);
});
