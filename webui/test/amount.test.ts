import { expect, test } from "vitest";
import { bytesText, rateText, spanOf } from "../src/ui/amount";

test("amounts have three figures at most and the next unit in time", () => {
  const said = [0, 1, 999, 1000, 1049, 99_960, 999_499, 999_500, 1.2e6, 8.1e9, 5e17].map((bytes) => bytesText(bytes, "en"));
  expect(said).toEqual(["0 B", "1 B", "999 B", "1 kB", "1 kB", "100 kB", "999 kB", "1 MB", "1.2 MB", "8.1 GB", "500 PB"]);
  expect(bytesText(-5, "en")).toBe("0 B");
});

test("a minute's bytes are a rate in bits", () => {
  expect(rateText(0, "en")).toBe("0 bit/s");
  expect(rateText(7_500_000, "en")).toBe("1 Mbit/s");
  expect(rateText(180_000_000, "zh-CN")).toBe("24 Mbit/s");
});

test("a span is said in its largest unit", () => {
  expect([0, 59, 60, 3599, 3600, 86_399, 86_400, 900_000].map(spanOf)).toEqual([
    { unit: "seconds", count: 0 },
    { unit: "seconds", count: 59 },
    { unit: "minutes", count: 1 },
    { unit: "minutes", count: 59 },
    { unit: "hours", count: 1 },
    { unit: "hours", count: 23 },
    { unit: "days", count: 1 },
    { unit: "days", count: 10 },
  ]);
});
