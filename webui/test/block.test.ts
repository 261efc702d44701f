import { expect, test } from "vitest";
import type { Connection } from "../src/admin/api";
import { blockAddress } from "../src/admin/features/devices/block";
import { blockingRule } from "../src/admin/features/rules/edit";

const end = (zone: string | null, mac: string | null = null) => ({ zone, mac, name: null });
const key = { id: 1, protocol: "tcp", source: "192.168.20.9", sourcePort: 4000, destination: "1.1.1.1", destinationPort: 443 };
const connection = (from: ReturnType<typeof end>, to: ReturnType<typeof end>) => ({ key, from, to }) as unknown as Connection;
const document = { version: 1, crm: { zone: "crm" } };

test("a device is kept from where its connection goes, by its card where that is known", () => {
  const address = blockAddress(connection(end("guest", "02:00:00:00:00:01"), end("wan")), document);
  expect(Object.fromEntries(new URLSearchParams(address?.split("?")[1]))).toEqual({ block: "", from: "guest", fromAddress: "02:00:00:00:00:01", to: "wan", toAddress: "1.1.1.1" });
  expect(blockAddress(connection(end("guest"), end("office")), document)).toContain("fromAddress=192.168.20.9");
});

test("where no rule decides, none is offered", () => {
  for (const [from, to] of [["wan", "office"], ["crm", "wan"], ["office", "crm"], ["office", null], [null, "wan"]] as const) {
    expect(blockAddress(connection(end(from), end(to)), document)).toBeNull();
  }
});

test("the rule keeps the one from the other whatever the service", () => {
  expect(blockingRule([{ id: 4 } as never], { zone: "guest", address: "192.168.20.9" }, { zone: "wan", address: null })).toEqual({
    id: 5,
    action: "block",
    services: "all",
    log: true,
    from: { zones: ["guest"], addresses: ["192.168.20.9"] },
    to: { zones: ["wan"], addresses: "all" },
  });
});
