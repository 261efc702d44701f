import { expect, test } from "vitest";
import type { HistoryItem } from "../src/admin/api";
import { announcementAt, clockText, deadlineOf, leftUntil } from "../src/admin/trial/clock";
import { endingOf, stayed } from "../src/admin/trial/ending";

test("the time left is by the seconds that the box said, never less than none", () => {
  const deadline = deadlineOf(null, 42, 1_000);
  expect([1_000, 1_001, 2_000, 42_999, 43_000, 99_000].map((now) => leftUntil(deadline, now))).toEqual([42, 42, 41, 1, 0, 0]);
});

test("an answer that was slow does not set the figures back, another end does", () => {
  const first = deadlineOf(null, 60, 0);
  expect(deadlineOf(first, 55, 6_400)).toBe(first);
  expect(deadlineOf(first, 50, 5_000)).toBe(55_000);
  expect(deadlineOf(first, 300, 5_000)).toBe(305_000);
});

test("minutes and seconds", () => {
  expect([0, 9, 52, 60, 600].map(clockText)).toEqual(["0:00", "0:09", "0:52", "1:00", "10:00"]);
});

test("said aloud at the start, at 30 and at 10 seconds, and not in between", () => {
  const said: unknown[] = [];
  let before: number | null = null;
  for (let now = 60; now >= 0; now -= 1) {
    const due = announcementAt(before, now);
    if (due !== null) said.push([now, due]);
    before = now;
  }
  expect(said).toEqual([[60, "start"], [30, 30], [10, 10]]);
});

test("a page that slept says the last mark only; one that comes late begins with the start", () => {
  expect(announcementAt(45, 8)).toBe(10);
  expect(announcementAt(null, 8)).toBe("start");
  expect(announcementAt(null, 0)).toBeNull();
  expect(announcementAt(10, 10)).toBeNull();
});

const item = (outcome: HistoryItem["outcome"], more: Partial<HistoryItem> = {}): HistoryItem => ({ id: "1", at: "", by: "Ruth Meyer", reason: "", outcome, endedAt: null, endedBy: null, words: [], ...more });

test("an end is told with why, and with who when that is known", () => {
  expect(endingOf(item("kept"))).toEqual({ how: "keptBy", name: "Ruth Meyer" });
  expect(endingOf(item("kept", { by: null }))).toEqual({ how: "kept", name: "" });
  expect(endingOf(item("undone", { endedBy: "李伟" }))).toEqual({ how: "undoneBy", name: "李伟" });
  // Who began it is not who undid it.
  expect(endingOf(item("undone"))).toEqual({ how: "undone", name: "" });
  expect(endingOf(item("expired"))).toEqual({ how: "expired", name: "" });
  expect(endingOf(item("restarted"))).toEqual({ how: "restarted", name: "" });
  expect(endingOf(item("failed"))).toEqual({ how: "failed", name: "" });
});

test("nothing is claimed of an end that is not known", () => {
  for (const one of [null, item("trying"), item("new-word" as HistoryItem["outcome"])]) expect(endingOf(one)).toEqual({ how: "unknown", name: "" });
  expect([endingOf(item("kept")), endingOf(item("expired")), endingOf(null)].map(stayed)).toEqual([true, false, false]);
});
