import { describe, expect, it } from "vitest";
import { Problem } from "../src/api/problem";
import type { ProbeResult } from "../src/admin/api";
import { EMPTY, isSameQuestion, questionOf, sentBy, wrongIn } from "../src/admin/features/zones/packet";
import { milliseconds, type Outcome, summary, TRIES, whatOf } from "../src/admin/features/zones/tries";
import { packetTried } from "../src/ui/log-reason";

const draft = { ...EMPTY, from: "office", source: " 192.168.10.20 ", destination: "192.168.30.10" };

describe("a packet that is typed", () => {
  it("asks for what belongs to its protocol alone", () => {
    expect(questionOf(draft)).toEqual({ from: "office", source: "192.168.10.20", destination: "192.168.30.10", protocol: "tcp", port: 443, state: "new" });
    const ping = { ...draft, protocol: "icmp" as const, icmpType: "8", sourcePort: "9", state: "error" as const };
    expect(questionOf(ping)).toEqual({ from: "office", source: "192.168.10.20", destination: "192.168.30.10", protocol: "icmp", icmpType: 8, state: "error" });
    expect(questionOf({ ...ping, protocol: "udp" })).toEqual({ from: "office", source: "192.168.10.20", destination: "192.168.30.10", protocol: "udp", port: 443, sourcePort: 9 });
    expect(questionOf({ ...draft, from: "box", sender: "time" }).sender).toBe("time");
  });

  it("leaves the judgement of a number to the box", () => {
    expect(questionOf({ ...draft, port: "https" }).port).toBe("https");
    expect(questionOf({ ...draft, port: " 70000 " }).port).toBe(70000);
  });

  it("is from a device, with its card, its zone and an address of the version that is asked about", () => {
    const device = { mac: "02:00:00:00:00:07", zone: "guest", addresses: ["fd00::7", "192.168.20.7"] };
    expect(questionOf(sentBy(draft, device))).toMatchObject({ from: "guest", source: "192.168.20.7", card: "02:00:00:00:00:07" });
    expect(sentBy({ ...draft, destination: "fd00::1" }, device).source).toBe("fd00::7");
    expect(sentBy({ ...draft, destination: "" }, { ...device, addresses: [] })).toMatchObject({ source: draft.source, card: device.mac });
    expect(questionOf({ ...draft, from: "box", card: device.mac }).card).toBeUndefined();
  });

  it("is another question when a field that counts is changed", () => {
    expect(isSameQuestion(draft, { ...draft, source: "192.168.10.20", icmpType: "7" })).toBe(true);
    expect(isSameQuestion(draft, { ...draft, port: "80" })).toBe(false);
    expect(isSameQuestion(draft, { ...draft, card: "02:00:00:00:00:07" })).toBe(false);
  });

  it("says what is missing", () => {
    expect(wrongIn(EMPTY)).toEqual(["source", "destination"]);
    expect(wrongIn({ ...draft, port: " " })).toEqual(["port"]);
    expect(wrongIn({ ...draft, port: " ", protocol: "other" })).toEqual([]);
  });
});

describe("the test of a cell", () => {
  const done = (arrived: boolean): Outcome => ({ is: "done", result: { arrived, at: "2026-11-29T22:00:00Z" } as ProbeResult });

  it("tries each protocol over each version", () => {
    expect(TRIES.map(whatOf)).toEqual(["TCP 443 · IPv4", "UDP 443 · IPv4", "Ping · IPv4", "TCP 443 · IPv6", "UDP 443 · IPv6", "Ping · IPv6"]);
    expect(milliseconds(1234)).toBe("1.2");
  });

  it("says how many arrived when all are over", () => {
    expect(summary([done(true), { is: "runs" }])).toBeNull();
    const not: Outcome = { is: "not-tried", problem: new Problem(409, {}, null) };
    expect(summary([done(true), done(false), not])).toEqual({ arrived: 1, sent: 2, at: "2026-11-29T22:00:00Z" });
    expect(summary([not])).toEqual({ arrived: 0, sent: 0, at: null });
  });

  it("is read back from the log", () => {
    const entry = (reason: string) => ({ action: "packet-tried", reason });
    expect(packetTried(entry("office to guest, tcp 443, IPv4: stopped"))).toEqual({ key: "log.packetStopped", from: "office", to: "guest", what: "TCP 443 IPv4" });
    expect(packetTried(entry("wan to box, icmp, IPv6: arrived"))?.what).toBe("ICMP IPv6");
    expect(packetTried(entry("no-way-out"))).toBeNull();
  });
});
