import { describe, expect, it } from "vitest";
import type { CopyTarget } from "../src/crm/api";
import { limits, rateText, sentLimit, typedLimit } from "../src/crm/features/copies/limit";
import { isElsewhere, sentPlace, typedPlace } from "../src/crm/features/copies/place";

const bucket = { region: "eu-1", name: "copies", folder: "shop", style: "path" as const };
const target = { address: "https://s3.example.net", user: "AKIA7", bucket, authority: null, lockDays: 30, limit: { kbits: 2000, hours: { from: "22:00", to: "06:00" } } } as unknown as CopyTarget;

describe("a target of copies", () => {
  it("is typed as it is, and sent without what its kind has not", () => {
    const typed = typedPlace(target);
    expect(sentPlace(typed)).toEqual({ address: "https://s3.example.net", user: "AKIA7", bucket });
    expect(sentPlace({ ...typed, kind: "rest", password: "x" })).toEqual({ address: "https://s3.example.net", user: "AKIA7", password: "x" });
    expect(isElsewhere(typed, target)).toBe(false);
    expect(isElsewhere({ ...typed, region: "eu-2" }, target)).toBe(true);
    expect(isElsewhere({ ...typed, password: "x" }, target)).toBe(true);
  });

  it("has a limit in some hours, in all, or none", () => {
    const typed = typedLimit(target);
    expect(sentLimit(typed)).toEqual({ limit: { kbits: 2000, hours: { from: "22:00", to: "06:00" } } });
    expect(sentLimit({ ...typed, hours: false })).toEqual({ limit: { kbits: 2000 } });
    expect(sentLimit({ ...typed, limit: "" })).toEqual({});
    expect(typedLimit(null)).toEqual({ limit: "", hours: false, from: "08:00", to: "18:00" });
    expect(limits("300")).toContain("300");
    expect(limits("2000").filter((one) => one === "2000")).toHaveLength(1);
    expect(rateText("512")).toBe("0.512");
  });
});
