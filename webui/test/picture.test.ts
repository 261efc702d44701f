import { expect, test } from "vitest";
import type { Zone, Zones } from "../src/admin/api";
import { inOrder, isBroken, pictureOf } from "../src/admin/features/zones/picture";

function zone(kind: Zone["kind"], linked: boolean[], addresses: string[] = [], name: string = kind): Zone {
  return { name, kind, vlan: null, label: null, isolated: false, addresses, ports: linked.map((one, index) => ({ name: `p${index}`, interface: null, linked: one })) };
}

function zones(all: Zone[], wan: string[] | null = null): Zones {
  return { zones: all, flows: [], cards: [], wan: wan && { interface: "e0", addresses: wan }, state: "ready", notices: [], ruleset: null };
}

test("the internet is connected only with a cable and an address", () => {
  const line = (linked: boolean, wan: string[] | null) => pictureOf(zones([zone("wan", [linked])], wan)).internet?.line;
  expect(line(true, ["203.0.113.10/24"])).toBe("linked");
  expect(line(true, [])).toBe("no-address");
  expect(line(true, null)).toBe("no-address");
  // An address that is still known says nothing without the cable.
  expect(line(false, ["203.0.113.10/24"])).toBe("unplugged");
  expect(pictureOf(zones([zone("wan", [false])], ["203.0.113.10/24"])).internet?.address).toBeNull();
  expect(pictureOf(zones([zone("office", [true])])).internet).toBeNull();
});

test("a zone is cut off when each of its ports is free, and the CRM needs none", () => {
  const lines = pictureOf(zones([zone("office", [false, true]), zone("guest", [false, false]), zone("zone", []), zone("crm", []), zone("crm", [false], [], "crm-2")])).zones;
  expect(lines.map(({ zone, line }) => [zone.kind, line])).toEqual([
    ["office", "linked"],
    ["zone", "no-port"],
    ["guest", "unplugged"],
    ["crm", "inside"],
    ["crm", "inside"],
  ]);
  expect(lines.map(({ line }) => isBroken(line))).toEqual([false, true, true, false, false]);
  expect(lines[0]).toMatchObject({ ports: 2, linked: 1 });
});

test("the address is IPv4 when there is one, without its prefix", () => {
  const address = (addresses: string[]) => pictureOf(zones([zone("office", [true], addresses)])).zones[0]?.address;
  expect(address(["fd00::1/64", "192.168.10.1/24"])).toBe("192.168.10.1");
  expect(address(["fd00::1/64"])).toBe("fd00::1");
  expect(address([])).toBeNull();
});

test("zones stand in one order whatever order they come in", () => {
  const all = [zone("crm", []), zone("zone", [], [], "yard"), zone("guest", []), zone("wan", []), zone("zone", [], [], "lab"), zone("office", [])];
  expect(inOrder(all).map((one) => one.name)).toEqual(["wan", "office", "lab", "yard", "guest", "crm"]);
});
