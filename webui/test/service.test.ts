import { expect, test } from "vitest";
import english from "../src/locales/en/admin.json";
import { portText, serviceKey } from "../src/admin/features/devices/service";

test("every word for a service is in the catalogue", () => {
  const texts: Record<string, string> = english;
  for (let port = 0; port < 65_536; port += 1) {
    for (const protocol of ["tcp", "udp"]) {
      const key = serviceKey(protocol, port);
      if (key !== null) expect(texts[`service.${key}`], key).toBeTruthy();
    }
  }
});

test("a ping is known by its type, of both versions", () => {
  expect(serviceKey("icmp", 8 << 8)).toBe("ping");
  expect(serviceKey("icmpv6", 128 << 8)).toBe("ping");
  expect(serviceKey("icmp", 3 << 8)).toBe("icmp");
  expect(serviceKey("tcp", 51_413)).toBeNull();
  expect(serviceKey("47", 0)).toBeNull();
});

test("what has no ports shows none", () => {
  expect(["tcp", "udp", "icmp", "icmpv6", "47"].map((one) => portText(one, 443))).toEqual(["TCP 443", "UDP 443", "ICMP", "ICMPv6", "IP 47"]);
});
