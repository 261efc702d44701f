import { expect, test } from "vitest";
import type { Document } from "../src/admin/features/zones/document";
import { withoutZone } from "../src/admin/features/zones/document";
import { canFind, foundBetween, haveVersion, mayPrint, withFound, withPrinting } from "../src/admin/features/zones/relays";

function document(more: Partial<Document> = {}): Document {
  const zone = (vlan: number) => ({ vlan, ipv4: { address: `192.168.${vlan}.1/24` }, ipv6: "off" as const });
  return {
    version: 1,
    ports: {},
    zones: { office: zone(10), devices: zone(20), guest: zone(40), crm: zone(30) },
    policies: [{ from: "office", to: "guest", allow: "all" }, { from: "devices", to: "office", allow: "web" }],
    management: { from: [] },
    crm: { zone: "crm", reachable_from: [] },
    ...more,
  };
}

test("a pair is one entry, whichever way it is named", () => {
  const all = withFound(document(), "office", "devices", "all");
  expect(all.relays).toEqual([{ zones: ["office", "devices"] }]);
  expect([foundBetween(all, "devices", "office"), foundBetween(all, "office", "guest")]).toEqual(["all", "none"]);
  const printing = withFound(all, "devices", "office", "printing");
  expect(printing.relays).toEqual([{ zones: ["office", "devices"], services: "printing" }]);
  expect(foundBetween(printing, "office", "devices")).toBe("printing");
  const both = withFound(printing, "office", "guest", "all");
  expect(withFound(both, "devices", "office", "none").relays).toEqual([{ zones: ["office", "guest"] }]);
  expect(withFound(all, "devices", "office", "none")).toEqual(document());
  expect(withFound(document(), "devices", "office", "none")).toEqual(document());
});

test("neither the CRM nor the internet, and a version that both have", () => {
  expect(canFind(document(), "office", "guest")).toBe(true);
  for (const [one, other] of [["office", "crm"], ["crm", "office"], ["office", "wan"], ["wan", "office"], ["office", "office"]] as const) expect(canFind(document(), one, other)).toBe(false);
  const zones = { ...document().zones, guest: { vlan: 40, ipv6: "automatic" as const } };
  expect([haveVersion(document(), "office", "guest"), haveVersion(document({ zones }), "office", "guest")]).toEqual([true, false]);
});

test("a zone goes with its relays", () => {
  const relays: Document["relays"] = [{ zones: ["office", "devices"] }, { zones: ["guest", "office"] }];
  expect(withoutZone(document({ relays }), "devices").relays).toEqual([{ zones: ["guest", "office"] }]);
  expect("relays" in withoutZone(document({ relays }), "office")).toBe(false);
});

test("whether printing works, and the rule by which it does", () => {
  expect([mayPrint(document(), "office", "guest"), mayPrint(document(), "devices", "office"), mayPrint(document(), "office", "devices")]).toEqual([true, false, false]);
  const next = withPrinting(document(), "office", "devices");
  expect(mayPrint(next, "office", "devices")).toBe(true);
  expect(mayPrint(next, "devices", "office")).toBe(false);
  const side = (zones: "all" | string[]) => ({ zones, addresses: "all" as const });
  const block = { id: 7, action: "block", from: side("all"), to: side(["guest"]), services: "all" };
  const blocked = document({ rules: [block] });
  expect(mayPrint(blocked, "office", "guest")).toBe(false);
  expect(mayPrint(document({ rules: [{ ...block, enabled: false }] }), "office", "guest")).toBe(true);
  expect(mayPrint(document({ rules: [{ ...block, services: ["web"] }] }), "office", "guest")).toBe(true);
  const let_ = withPrinting(blocked, "office", "guest");
  expect(mayPrint(let_, "office", "guest")).toBe(true);
  expect((let_.rules as { id: number }[]).map((one) => one.id)).toEqual([8, 7]);
});
