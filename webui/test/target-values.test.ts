import { describe, expect, it } from "vitest";
import type { AlertTarget } from "../src/admin/api";
import { bodyOf, typedOf } from "../src/admin/features/alerts/target-values";

const ROBOT: AlertTarget = {
  id: "0199a7b0-0000-7000-8000-000000000001", version: 3, name: "群", way: "dingtalk", language: "zh-CN", from: "critical", quiet: null, heads: false, perHour: 20, host: "oapi.dingtalk.com",
  port: 443, security: null, user: null, sender: null, recipients: [], address: null, signed: true, authority: null, egress: "allowed", egressId: "a", waiting: 0, sent: null, failing: null,
};

describe("what is sent of a target", () => {
  it("is only what belongs to its way", () => {
    const typed = { ...typedOf(null, "en"), name: "Owner", host: "smtp.example.com", sender: "a@example.com", recipients: "b@example.com， c@example.com\n\n", address: "https://x", secret: "s" };
    expect(bodyOf(typed, null)).toEqual({ name: "Owner", way: "mail", language: "en", from: "warning", heads: false, perHour: 20, host: "smtp.example.com", port: 465, security: "tls", sender: "a@example.com", recipients: ["b@example.com", "c@example.com"] });
    const robot = bodyOf({ ...typed, way: "wecom" }, null);
    expect(Object.keys(robot)).not.toContain("secret");
    expect([robot.address, robot.host]).toEqual(["https://x", undefined]);
  });

  it("leaves secrets that were not typed as they are, and takes one away when that was asked for", () => {
    const typed = typedOf(ROBOT, "en");
    expect([typed.language, typed.port]).toEqual(["zh-CN", "443"]);
    expect(bodyOf(typed, ROBOT)).toMatchObject({ address: undefined, secret: undefined });
    expect(bodyOf({ ...typed, noSecret: true }, ROBOT).secret).toBe("");
    expect(bodyOf({ ...typed, noSecret: true, secret: "new" }, ROBOT).secret).toBe("new");
    expect(bodyOf({ ...typed, way: "feishu", noSecret: true }, ROBOT).secret).toBeUndefined();
  });

  it("is 0 for numbers that are none, which the box refuses at their field", () => {
    const typed = { ...typedOf(null, "en"), port: "4x", perHour: "" };
    expect(bodyOf(typed, null)).toMatchObject({ port: 0, perHour: 0 });
    expect(bodyOf({ ...typed, quiet: true }, null).quiet).toEqual({ from: "22:00", to: "07:00", critical: true });
  });
});
