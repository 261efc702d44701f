import { expect, test } from "vitest";
import type { Document } from "../src/admin/features/zones/document";
import { exceptionsOf } from "../src/admin/features/zones/exceptions";

const zone = { vlan: 10, ipv6: "off" as const };
const rule = (from: unknown, to: unknown, more = {}) => ({ id: 1, action: "allow", services: "all", from: { zones: from, addresses: "all" }, to: { zones: to, addresses: "all" }, ...more });
const document = {
  version: 1,
  ports: {},
  zones: { office: zone, guest: zone, crm: zone },
  policies: [],
  management: { from: [] },
  crm: { zone: "crm", reachable_from: [] },
  rules: [rule(["guest"], ["office"]), rule("all", "all"), rule(["guest"], ["office"], { enabled: false }), rule(["office"], ["wan"])],
  publish: [{ to: { zone: "office" } }],
  egress: [{ for: "crm", to: "a.example", protocol: "tcp", port: 443 }, { for: "admin", to: "b.example", protocol: "tcp", port: 443 }],
} as unknown as Document;

test("rules that are on are counted where they speak of both", () => {
  expect(exceptionsOf(document, "guest", "office")).toEqual({ rules: 2, otherwise: 2, published: 0, ways: 0 });
  expect(exceptionsOf(document, "office", "guest").rules).toBe(1);
  expect(exceptionsOf(document, "office", "wan").rules).toBe(2);
});

test("no rule speaks of the CRM or of what comes from the internet, other pages do", () => {
  expect(exceptionsOf(document, "office", "crm")).toEqual({ rules: 0, otherwise: 0, published: 0, ways: 0 });
  expect(exceptionsOf(document, "wan", "office")).toEqual({ rules: 0, otherwise: 0, published: 1, ways: 0 });
  expect(exceptionsOf(document, "crm", "wan")).toEqual({ rules: 0, otherwise: 0, published: 0, ways: 1 });
});

test("a rule that does what the policy does is no exception", () => {
  const rules = [rule(["guest"], ["office"], { action: "block" }), rule(["guest"], ["office"]), rule(["guest"], ["office"], { action: "reject" })];
  const otherwise = (allow?: string) => exceptionsOf({ ...document, rules, policies: allow ? [{ from: "guest", to: "office", allow }] : [] } as unknown as Document, "guest", "office");
  expect([otherwise(), otherwise("all"), otherwise("web")].map((one) => [one.rules, one.otherwise])).toEqual([[3, 1], [3, 2], [3, 3]]);
  const web = [rule(["guest"], ["office"], { services: ["web"] }), rule(["guest"], ["office"], { services: ["web", "ssh"] })];
  const policies = [{ from: "guest", to: "office", allow: "web" }];
  expect(exceptionsOf({ ...document, rules: web, policies } as unknown as Document, "guest", "office")).toMatchObject({ rules: 2, otherwise: 1 });
});
