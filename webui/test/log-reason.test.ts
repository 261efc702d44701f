import { expect, test } from "vitest";
import { erasedWhy, isAttack, needsLook, passwordWasRight, said, tried, triesBefore } from "../src/ui/log-reason";

const of = (action: string, reason: string | null) => ({ action, reason });

test("failed tries before an unlocking have their times", () => {
  expect(triesBefore(of("unlock", "failed tries from 1796047320000 to 1796047500000"))).toEqual({
    first: new Date(1796047320000),
    last: new Date(1796047500000),
  });
  expect(triesBefore(of("unlock", "failed tries from 0 to 0"))).toBe("untimed");
  for (const other of [null, "", "failed tries", "failed tries from x to y"]) expect(triesBefore(of("unlock", other))).toBeNull();
  expect(triesBefore(of("opened", "failed tries from 1 to 2"))).toBeNull();
});

test("what the CRM said has words, and is an attack when somebody tried to get in", () => {
  for (const one of ["unlock-failed", "claim-refused", "unlocked", "locked", "claimed", "disk-failed"]) {
    expect(said(of("crm-event", one))).toBe(`log.said.${one}`);
  }
  expect(said(of("crm-event", "toString"))).toBeNull();
  expect(said(of("sign-in", "unlocked"))).toBeNull();
  expect(["unlock-failed", "claim-refused", "unlocked", "disk-failed"].map((one) => isAttack(of("crm-event", one)))).toEqual([true, true, false, false]);
  expect(needsLook(of("crm-event", "disk-failed")) && needsLook(of("damage-found", null))).toBe(true);
  expect(needsLook(of("crm-event", "unlocked"))).toBe(false);
});

test("a right password with a wrong code stands out from every other refusal", () => {
  const told = ["wrong-totp", "used-totp", "wrong-credentials", "slow-down", null].map((one) => passwordWasRight(of("sign-in-refused", one)));
  expect(told).toEqual([true, true, false, false, false]);
});

test("a request that the role does not allow is told in words where there are some", () => {
  const asked = (reason: string) => tried(of("not-allowed", reason));
  expect(asked("GET /api/v1/people")).toEqual({ key: "log.triedRead", what: "log.what.people" });
  expect(asked("PATCH /api/v1/people/{id}")).toEqual({ key: "log.triedChange", what: "log.what.people" });
  expect(asked("GET /api/v1/log/export")).toEqual({ key: "log.triedRead", what: "log.what.log" });
  expect(asked("POST /api/v1/lock")).toEqual({ key: "log.triedLock", what: null });
  for (const unknown of ["GET /api/v1/else", "GET /api/v1/constructor", "GET /", "x"]) expect(asked(unknown)).toBeNull();
});

test("why a contact was erased is a code, and what somebody added", () => {
  expect(erasedWhy(of("contact-erased", "asked"))).toEqual({ code: "asked", note: null });
  expect(erasedWhy(of("contact-erased", "not-needed: 17/26: paper"))).toEqual({ code: "not-needed", note: "17/26: paper" });
  expect(erasedWhy(of("contact-erased", "key-destroyed"))).toEqual({ code: "key-destroyed", note: null });
  for (const none of [of("contact-erased", null), of("contact-erased", "?"), of("opened", "asked")]) expect(erasedWhy(none)).toBeNull();
});
