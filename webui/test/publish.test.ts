import { describe, expect, it } from "vitest";
import { type Publication, publishedOf, restored, rowsOf, stateOf, switched, todayIn, withoutPublication, withPublication, zoneWith } from "../src/admin/features/publish/document";
import { nowhereOf } from "../src/admin/features/publish/internet";
import { placeOf, publicationOf, valuesOf, wrongPort } from "../src/admin/features/publish/values";
import { asDocument } from "../src/admin/features/zones/document";

const document = asDocument({
  version: 1,
  ports: {},
  zones: { office: { vlan: 10, ipv4: { address: "192.168.10.1/24" }, ipv6: "automatic" }, guest: { vlan: 20, ipv6: "off" }, crm: { vlan: 30, ipv4: { address: "192.168.30.1/24" }, ipv6: "off" } },
  policies: [],
  management: { from: [] },
  crm: { zone: "crm", reachable_from: [] },
  routes: [{ network: "10.20.0.0/16", via: "192.168.10.2" }],
});
if (document === null) throw new Error("a document");

const shop: Publication = { id: 3, label: "网店", ports: ["tcp/80", "tcp/443", "udp/5000-5010"], to: { zone: "office", address: "192.168.10.5", ipv6: "::5" }, from: [{ group: "Partner" }, "5.6.7.8"], until: "2026-12-31", comment: "x" };

describe("published services in the document", () => {
  it("are put in, changed, taken out, and left out when there is none", () => {
    const with1 = withPublication(document, shop);
    expect(publishedOf(with1)).toEqual([shop]);
    expect(publishedOf(withPublication(with1, { ...shop, label: "B" }))).toEqual([{ ...shop, label: "B" }]);
    expect(withoutPublication(with1, 3)).toEqual(document);
    expect("publish" in withoutPublication(with1, 3)).toBe(false);
    expect(rowsOf(with1, document)).toEqual([{ one: shop, staged: "gone" }]);
    expect(rowsOf(document, with1)[0]?.staged).toBe("new");
    expect(rowsOf(with1, withPublication(with1, switched(shop, false)))[0]?.staged).toBe("changed");
    expect(rowsOf(with1, withPublication(with1, switched(switched(shop, false), true)))[0]?.staged).toBe("kept");
  });

  it("come back at their former place", () => {
    const [one, two, three] = [1, 2, 3].map((id) => ({ ...shop, id }));
    const now = [one, two].reduce((all, next) => withPublication(all, next ?? shop), document);
    const without = withPublication(withoutPublication(now, 1), three ?? shop);
    expect(publishedOf(restored(now, without, 1)).map(({ id }) => id)).toEqual([1, 2, 3]);
    expect(restored(now, withoutPublication(now, 1), 1)).toEqual(now);
  });

  it("have sources that are neither on the internet nor in a zone", () => {
    const nowhere = (...entries: string[]) => nowhereOf(document, entries);
    expect(nowhere("203.0.113.5", "10.0.0.0/8", "172.16.0.9-172.16.0.12", "2001:db8::7", "2002::/16", "fe80::1")).toEqual(["203.0.113.5", "172.16.0.9-172.16.0.12", "2001:db8::7", "2002::/16", "fe80::1"]);
    expect(nowhere("192.168.40.0/24", "192.168.10.0/28", "192.168.0.0/16", "10.20.3.4", "fd00::7", "::/0", "2000::/3", "2620:fe::9", "0.0.0.0/0", "5.6.7.8", "x")).toEqual(["192.168.40.0/24"]);
  });

  it("are over after their last day where the box stands", () => {
    expect(stateOf(shop, "2026-12-31")).toBe("on");
    expect(stateOf(shop, "2027-01-01")).toBe("over");
    expect(stateOf(switched(shop, false), "2027-01-01")).toBe("off");
    const late = new Date("2026-12-31T16:30:00Z");
    expect(todayIn("Asia/Shanghai", late)).toBe("2027-01-01");
    expect(todayIn("Europe/Berlin", late)).toBe("2026-12-31");
    expect(todayIn("Nowhere/Else", late)).toMatch(/^202[67]-/);
  });

  it("find the zone of an address, behind a router too", () => {
    expect(zoneWith(document, "192.168.10.77")).toBe("office");
    expect(zoneWith(document, "10.20.3.4")).toBe("office");
    expect(zoneWith(document, "8.8.8.8")).toBeNull();
  });
});

describe("the form of a published service", () => {
  it("gives back what it was given", () => {
    expect(publicationOf(3, valuesOf(shop))).toEqual(shop);
    const off = switched({ ...shop, from: "all", to: { ...shop.to, port: 8443 } }, false);
    expect(publicationOf(3, valuesOf(off))).toEqual(off);
  });

  it("reads ports and addresses as people type them", () => {
    const values = { ...valuesOf(shop), ports: "８０、443，udp 53 5000–5010/udp", addresses: "5。6。7。8、10.0.0.1 - 10.0.0.9", groups: [], port: "x" };
    const read = publicationOf(3, values);
    expect(read.ports).toEqual(["tcp/80", "tcp/443", "udp/53", "udp/5000-5010"]);
    expect(read.from).toEqual(["5.6.7.8", "10.0.0.1-10.0.0.9"]);
    expect(read.to.port).toBe(0);
  });

  it("knows where the box's words stand", () => {
    expect(placeOf(1, "/publish/1/ports/0")).toBe("ports");
    expect(placeOf(1, "/publish/1/to/address")).toBe("address");
    expect(placeOf(1, "/publish/1/to/port")).toBe("port");
    expect(placeOf(1, "/publish/1/from/0/group")).toBe("addresses");
    expect(placeOf(1, "/publish/0/ports/0")).toBeNull();
    expect(placeOf(1, "/zones/office")).toBeNull();
  });
});

it("names a wrong port, in the form's own spelling", () => {
  expect(["443", "80、443", "UDP 5060", "TCP 5000-5010", "5060/udp", ""].map(wrongPort)).toEqual([null, null, null, null, null, null]);
  expect(["99999", "web", "80, 0", "udp 9-8", "ping", "sctp/9"].map(wrongPort)).toEqual(["TCP 99999", "web", "TCP 0", "UDP 9–8", "ping", "sctp/9"]);
});
