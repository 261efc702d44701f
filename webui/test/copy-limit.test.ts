import { expect, test } from "vitest";
import type { CopyTarget } from "../src/copies/api";
import { limits, rateText, sentLimit, typedLimit } from "../src/copies/limit";

const target = { limit: { kbits: 2000, hours: { from: "22:00", to: "06:00" } } } as unknown as CopyTarget;

test("a limit is in some hours, in all, or none", () => {
  const typed = typedLimit(target);
  expect(sentLimit(typed)).toEqual({ limit: { kbits: 2000, hours: { from: "22:00", to: "06:00" } } });
  expect(sentLimit({ ...typed, hours: false })).toEqual({ limit: { kbits: 2000 } });
  expect(sentLimit({ ...typed, limit: "" })).toEqual({});
  expect(typedLimit(null)).toEqual({ limit: "", hours: false, from: "08:00", to: "18:00" });
  expect(limits("300")).toContain("300");
  expect(limits("2000").filter((one) => one === "2000")).toHaveLength(1);
  expect(rateText("512")).toBe("0.512");
});
