import { describe, expect, it } from "vitest";
import { type Edit, edited, editOf, fixedOf, isEdit, macOf, pendingOf, pointerTo, rowsOf, withEdits, zonesOf } from "../src/admin/features/addresses/reservations";

const printer = { mac: "52:54:00:00:00:0a", address: "192.168.10.20", name: "printer" };
const camera = { mac: "52:54:00:00:00:0b", address: "192.168.10.9" };
const document = {
  version: 1,
  zones: {
    office: { vlan: 10, ipv4: { address: "192.168.10.1/24" }, ipv6: "automatic", reservations: [printer, camera] },
    guest: { vlan: 20, ipv4: { address: "192.168.20.1/24" }, ipv6: "off" },
    crm: { vlan: 30, ipv4: { address: "192.168.30.1/24" }, ipv6: "off" },
    lab: { vlan: 40, ipv6: "automatic" },
  },
  crm: { zone: "crm", host: 10, reachable_from: [] },
};
const edit = (mac: string, to: Edit["to"], zone = "office"): Edit => ({ zone, mac, to });

describe("fixed addresses in the document", () => {
  it("are read, and belong to zones with IPv4 that are not the CRM's", () => {
    expect(zonesOf(document).map((zone) => zone.name)).toEqual(["office", "guest"]);
    expect(fixedOf(document)).toEqual([
      { zone: "office", ...printer },
      { zone: "office", ...camera, name: "" },
    ]);
    for (const odd of [{}, { zones: [] }, { zones: { office: { ipv4: {}, reservations: [{}, null, "x"] } } }]) {
      expect(zonesOf(odd)).toEqual([]);
      expect(fixedOf(odd)).toEqual([]);
    }
  });

  it("are put in, changed and taken out, and nothing else is touched", () => {
    const edits = [edit(printer.mac, null), edit(camera.mac, { address: "192.168.10.10", name: "camera" }), edit("52:54:00:00:00:0c", { address: "192.168.20.5", name: "" }, "guest")];
    const next = withEdits(document, edits) as typeof document;
    expect(next.zones.office.reservations).toEqual([{ ...camera, address: "192.168.10.10", name: "camera" }]);
    expect((next.zones.guest as { reservations?: unknown }).reservations).toEqual([{ mac: "52:54:00:00:00:0c", address: "192.168.20.5" }]);
    expect(document.zones.office.reservations).toHaveLength(2);
    expect(pendingOf(next, edits)).toEqual([]);
    expect(withEdits(next, edits)).toEqual(next);
    const none = withEdits(document, [edit(printer.mac, null), edit(camera.mac, null)]) as typeof document;
    expect("reservations" in none.zones.office).toBe(false);
    expect(pointerTo(next, "office", camera.mac)).toBe("/zones/office/reservations/0");
  });

  it("edits of a zone that is gone, or that change nothing, are not pending", () => {
    expect(pendingOf(document, [edit(printer.mac, { address: printer.address, name: "printer" }), edit("52:54:00:00:00:0c", null), edit(printer.mac, null, "cellar")])).toEqual([]);
    expect(edited([edit(printer.mac, null)], edit(printer.mac, { address: "192.168.10.21", name: "" }))).toHaveLength(1);
  });

  it("are listed by address, each with what is prepared", () => {
    const rows = rowsOf(document, [edit(printer.mac, null), edit("52:54:00:00:00:0c", { address: "192.168.10.100", name: "" })]);
    expect(rows.map((row) => [row.address, row.state])).toEqual([
      ["192.168.10.9", "kept"],
      ["192.168.10.20", "gone"],
      ["192.168.10.100", "new"],
    ]);
  });
});

describe("a lease becomes a fixed address", () => {
  const lease = (name: string | null, mac = "52:54:00:00:00:0c") => ({ zone: "office", address: "192.168.10.101", mac, name, expires: null, fixed: false });
  it("with its name, unless the box would refuse it", () => {
    const nameOf = (name: string | null) => editOf(lease(name), fixedOf(document)).to?.name;
    expect(nameOf("Reception_PC")).toBe("reception-pc");
    expect(nameOf("-x-")).toBe("x");
    expect(nameOf("printer")).toBe("");
    expect(nameOf("wpad")).toBe("");
    expect(nameOf("打印机")).toBe("");
    expect(nameOf(null)).toBe("");
    expect(nameOf("a".repeat(80))).toHaveLength(63);
    expect(editOf(lease("printer", printer.mac), fixedOf(document)).to?.name).toBe("printer");
  });
});

describe("what was typed or kept", () => {
  it("a MAC address is written in one way", () => {
    for (const text of ["52:54:00:00:00:0A", "52-54-00-00-00-0a", "5254.0000.000a", " 52540000000a "]) expect(macOf(text)).toBe("52:54:00:00:00:0a");
    expect(macOf("52:54:00")).toBe("52:54:00");
  });

  it("only edits are taken for edits", () => {
    expect(isEdit(edit(printer.mac, null))).toBe(true);
    for (const odd of [null, {}, { zone: "x", mac: "y" }, { zone: "x", mac: "y", to: {} }, { zone: 1, mac: "y", to: null }]) expect(isEdit(odd)).toBe(false);
  });
});
