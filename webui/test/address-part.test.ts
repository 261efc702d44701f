import { expect, test } from "vitest";
import { partOf } from "../src/ui/address-part";

/** As wouter gives a part of the address. */
const routed = (name: string) => decodeURI(encodeURIComponent(name));

test("a part of an address is what was written there", () => {
  for (const name of ["52:54:00:12:34:56", "10.20.0.0/16", "admin tcp 443 fd00::1", "仓库", "a?b#c&d", "50%", ""]) expect(partOf(routed(name))).toBe(name);
});
