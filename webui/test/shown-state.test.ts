import { expect, test } from "vitest";
import { shownState } from "../src/admin/features/protection/shown-state";

const proof = { tried: "CRM, every port", from: "Guest", at: "2026-11-24T09:12:00Z", result: "Not reachable on any port" };

test("only what has a proof is shown as proven", () => {
  expect(shownState({ state: "proven", proof })).toBe("proven");
  expect(shownState({ state: "proven" })).toBe("unknown");
  expect(shownState({ state: "open" })).toBe("open");
});
