import { expect, test } from "vitest";
import { HEIGHT, MINUTES, peakOf, pointsOf, sumOf, topOf, WIDTH } from "../src/admin/features/devices/trend";

test("nothing exceeds the top, and the top is never nothing", () => {
  for (const values of [[], [0, 0], [1], [3, 9], [19, 20], [21], [999_999_999]]) {
    const top = topOf(values);
    expect(top).toBeGreaterThanOrEqual(1);
    for (const value of values) expect(value).toBeLessThanOrEqual(top);
  }
  expect(topOf([21])).toBe(50);
  // Both lines above nothing have figures of their own.
  for (const value of [0, 1, 3, 7, 42, 4_321]) expect(Number.isInteger(topOf([value]) / 2)).toBe(true);
});

test("the newest is at the right edge, however many there are", () => {
  expect(pointsOf([], 1)).toBe("");
  expect(pointsOf([5], 10)).toBe(`${WIDTH},${HEIGHT / 2}`);
  const points = pointsOf(Array.from({ length: MINUTES }, () => 0), 10).split(" ");
  expect([points[0], points.at(-1)]).toEqual([`0,${HEIGHT}`, `${WIDTH},${HEIGHT}`]);
});

test("of equal peaks the latest is told", () => {
  expect(peakOf([1, 7, 3, 7, 2])).toEqual({ value: 7, ago: 1 });
  expect(peakOf([])).toEqual({ value: 0, ago: 0 });
  expect(sumOf([1, 2, 3])).toBe(6);
});
