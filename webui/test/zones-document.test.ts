import { expect, test } from "vitest";
import type { Zones } from "../src/admin/api";
import { type Document, isInside, isPolicy, labelsOf, passing, portsOf, withoutZone, withPassing, withRoutes } from "../src/admin/features/zones/document";
import { flowShown, zonesShown } from "../src/admin/features/zones/shown";
import { dhcpOf, freeAddress, freeVlan, portName, zoneName } from "../src/admin/features/zones/suggest";
import { placeOf, valuesOf, zoneOf } from "../src/admin/features/zones/zone-values";

function document(more: Partial<Document> = {}): Document {
  return {
    version: 1,
    ports: {
      wan: { match: { mac: "52:54:00:00:00:01" }, role: "wan" },
      "lan-1": { match: { mac: "52:54:00:00:00:02" }, role: { access: "office" } },
      "lan-2": { match: { path: "pci-0000:00:05.0" }, role: { access: "guest" } },
      "lan-3": { match: { mac: "52:54:00:00:00:04" }, role: { trunk: ["office", "guest"] } },
    },
    zones: {
      office: { vlan: 10, ipv4: { address: "192.168.10.1/24", dhcp: { from: "192.168.10.100", to: "192.168.10.199" } }, ipv6: "automatic" },
      guest: { vlan: 20, ipv4: { address: "192.168.20.1/24" }, ipv6: "off", label: "三楼", isolated: true },
      crm: { vlan: 30, ipv4: { address: "192.168.30.1/24" }, ipv6: "off" },
    },
    policies: [
      { from: "guest", to: "wan", allow: "web" },
      { from: "office", to: "guest", allow: "all" },
    ],
    management: { from: [{ zone: "office" }, { zone: "guest" }] },
    crm: { zone: "crm", reachable_from: [{ zone: "guest" }] },
    ...more,
  };
}

test("a cell is a policy where neither the CRM nor the internet decides", () => {
  expect(isPolicy(document(), "office", "wan")).toBe(true);
  for (const [from, to] of [["wan", "office"], ["crm", "office"], ["office", "crm"], ["office", "office"]] as const) expect(isPolicy(document(), from, to)).toBe(false);
});

test("picking a cell adds, changes and takes away one policy and no other", () => {
  const all = withPassing(document(), "office", "wan", "all");
  expect(all.policies).toEqual([...document().policies, { from: "office", to: "wan", allow: "all" }]);
  expect(passing(withPassing(document(), "guest", "wan", "all"), "guest", "wan")).toBe("all");
  expect(withPassing(document(), "guest", "wan", "none").policies).toEqual([{ from: "office", to: "guest", allow: "all" }]);
  expect(withPassing(document(), "guest", "office", "none")).toEqual(document());
});

test("a zone goes with all that names it, and a port that carried nothing else", () => {
  const routes = [{ network: "10.20.0.0/16", via: "192.168.20.9" }, { network: "10.30.0.0/16", via: "192.168.10.9" }];
  const blocking = { zones: { guest: ["Ads"], office: [] }, block: ["a.example"] };
  const next = withoutZone(document({ routes, blocking }), "guest");
  expect(next.blocking).toEqual({ zones: { office: [] }, block: ["a.example"] });
  expect(Object.keys(next.zones)).toEqual(["office", "crm"]);
  expect(next.ports["lan-2"]).toBeUndefined();
  expect(next.ports["lan-3"]?.role).toEqual({ trunk: ["office"] });
  expect([next.policies, next.crm.reachable_from, next.management.from]).toEqual([[], [], [{ zone: "office" }]]);
  expect(next.routes).toEqual([routes[1]]);
  expect("routes" in withRoutes(next, [])).toBe(false);
});

test("with a zone go the rules that speak of it alone and the ways to it", () => {
  const rule = (id: number, from: unknown, to: unknown) => ({ id, action: "allow", services: "all", from: { zones: from, addresses: "all" }, to: { zones: to, addresses: "all" } });
  const way = (to: string) => ({ for: "crm", to, protocol: "tcp", port: 25 });
  const rules = [rule(1, ["guest"], ["wan"]), rule(2, ["office", "guest"], ["wan"]), rule(3, "all", ["guest"]), rule(4, "all", ["wan"])];
  const next = withoutZone(document({ rules, egress: [way("192.168.20.9"), way("mail.example")] }), "guest");
  expect(next.rules).toEqual([rule(2, ["office"], ["wan"]), rules[3]]);
  expect(next.egress).toEqual([way("mail.example")]);
  const none = withoutZone(document({ rules: [rules[0]], egress: [way("192.168.20.0/24")] }), "guest");
  expect(["rules" in none, "egress" in none]).toEqual([false, false]);
});

test("ports of a zone, tagged or not; what zones are called", () => {
  expect(portsOf(document(), "guest")).toEqual(["lan-2", "lan-3"]);
  expect(labelsOf(document())).toEqual({ guest: "三楼" });
  expect(labelsOf(null)).toEqual({});
});

test("what is proposed meets nothing that is there", () => {
  expect(freeVlan(document())).toBe(40);
  expect(freeAddress(document(), 40)).toBe("192.168.40.1/24");
  expect(freeAddress(document({ routes: [{ network: "192.168.40.0/22", via: "192.168.10.9" }] }), 40)).toBe("192.168.11.1/24");
  expect(freeAddress(document(), 4000)).toBe("192.168.11.1/24");
  expect(portName(document())).toBe("lan-4");
});

test("addresses to give out leave the box's own out", () => {
  expect(dhcpOf("192.168.40.1/24")).toEqual({ from: "192.168.40.100", to: "192.168.40.199" });
  expect(dhcpOf("192.168.40.150/24")).toEqual({ from: "192.168.40.100", to: "192.168.40.149" });
  expect(dhcpOf("192.168.40.1/26")).toEqual({ from: "192.168.40.32", to: "192.168.40.62" });
  for (const none of ["", "192.168.40.1", "192.168.40.1/30", "192.168.40.300/24", "x/24"]) expect(dhcpOf(none)).toBeNull();
});

test("a name for the document comes of the Latin part, and is taken once", () => {
  expect(zoneName(document(), "Warehouse 2", 40)).toBe("warehouse-2");
  expect(zoneName(document(), "Café & Küche im Keller", 40)).toBe("cafe-ku-che");
  expect(zoneName(document(), "仓库", 40)).toBe("zone-40");
  expect(zoneName(document(), "三楼 Wi-Fi", 40)).toBe("wi-fi");
  expect(zoneName(document(), "Office", 40)).toBe("office-2");
  expect(zoneName(document(), "Internet", 40)).toBe("zone-40");
});

test("a form that is not touched gives the same zone", () => {
  for (const zone of Object.values(document().zones)) expect(zoneOf(zone, valuesOf(zone))).toEqual(zone);
  const more = { ...document().zones.office, reservations: [1] } as unknown as Document["zones"][string];
  expect(zoneOf(more, { ...valuesOf(more), address: "", label: " Sales " })).toEqual({ vlan: 10, ipv6: "automatic", label: "Sales", reservations: [1] });
});

test("what the box says lands at its field", () => {
  expect(placeOf("guest", "/zones/guest/ipv4/dhcp/to")).toBe("to");
  expect(placeOf("guest", "/zones/guest")).toBe("address");
  expect(placeOf("guest", "/zones/office/vlan")).toBeNull();
  expect(placeOf("guest", "/crm/host")).toBeNull();
});

test("addresses are compared by their network", () => {
  expect(isInside("192.168.16.1/20", "192.168.31.9")).toBe(true);
  expect(isInside("192.168.16.1/20", "192.168.32.9")).toBe(false);
  expect(isInside("x", "192.168.32.9")).toBe(false);
});

test("what is edited is shown as it will be, the rest as the box says", () => {
  const now = document();
  const zone = (name: string, kind: Zones["zones"][number]["kind"]) => ({ name, kind, vlan: 1, label: null, isolated: false, addresses: ["x"], ports: [] });
  const zones: Zones = {
    zones: [zone("wan", "wan"), zone("office", "office"), zone("guest", "guest"), zone("crm", "crm")],
    flows: [{ from: "guest", to: "wan", allow: "none" }, { from: "guest", to: "crm", allow: "crm" }],
    wan: null, cards: [], state: "ready", notices: [], ruleset: null,
  };
  // No card is the WAN port: the policy opens nothing now.
  expect(flowShown(zones, now, now, "guest", "wan")).toMatchObject({ allow: "none", staged: false });
  expect(flowShown(zones, now, withPassing(now, "guest", "wan", "all"), "guest", "wan")).toMatchObject({ allow: "all", staged: true });
  expect(flowShown(zones, now, now, "guest", "crm")).toMatchObject({ allow: "crm", staged: false });
  const next = { ...withoutZone(now, "guest"), zones: { ...withoutZone(now, "guest").zones, cellar: { vlan: 40, ipv6: "off" as const, isolated: true } } };
  expect(zonesShown(zones, next).map((one) => [one.name, one.kind, one.vlan, one.isolated])).toEqual([
    ["wan", "wan", 1, false],
    ["office", "office", 10, false],
    ["crm", "crm", 30, false],
    ["cellar", "zone", 40, true],
  ]);
});
