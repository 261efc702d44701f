import { afterEach, expect, test, vi } from "vitest";
import { formatClocks, formatDate, formatSpan, formatWhen, knownZone } from "../src/i18n/when";

afterEach(() => vi.unstubAllEnvs());

// 2026-11-24 is a Tuesday; 16:30 UTC is 00:30 of Wednesday in Shanghai.
const now = new Date("2026-11-24T16:30:00Z");
const en = (at: string, zone = "UTC") => formatWhen(new Date(at), now, "en", zone);
const zh = (at: string, zone = "UTC") => formatWhen(new Date(at), now, "zh-CN", zone);

test("English: today, yesterday, weekday, day and month, another year", () => {
  expect(en("2026-11-24T09:12:00Z")).toBe("Today 09:12");
  expect(en("2026-11-23T23:59:00Z")).toBe("Yesterday 23:59");
  expect(en("2026-11-22T22:18:00Z")).toBe("Sunday 22:18");
  expect(en("2026-11-06T08:00:00Z")).toBe("6 Nov 08:00");
  expect(en("2026-09-06T08:00:00Z")).toBe("6 Sep 08:00");
  expect(en("2025-08-21T08:00:00Z")).toBe("2025-08-21 08:00");
  expect(en("2026-11-25T00:10:00Z")).toBe("Tomorrow 00:10");
});

test("Chinese: weekday within a week, blanks beside figures, another year", () => {
  expect(zh("2026-11-24T09:12:00Z")).toBe("今天 09:12");
  expect(zh("2026-11-26T09:00:00Z")).toBe("11 月 26 日（周四）09:00");
  expect(zh("2026-11-06T08:00:00Z")).toBe("11 月 6 日 08:00");
  expect(zh("2025-08-21T08:00:00Z")).toBe("2025-08-21 08:00");
});

test("the day is that of the account's time zone", () => {
  expect(en("2026-11-24T15:00:00Z", "Asia/Shanghai")).toBe("Yesterday 23:00");
  expect(en("2026-11-24T16:10:00Z", "Asia/Shanghai")).toBe("Today 00:10");
  expect(formatDate(new Date("2026-12-31T20:00:00Z"), "Asia/Shanghai")).toBe("2027-01-01");
});

test("two clocks are compared in UTC, wherever the browser is", () => {
  vi.stubEnv("TZ", "Asia/Shanghai");
  expect(new Date("2026-11-24T00:00:05Z").getHours()).toBe(8);
  expect(formatClocks(new Date("2026-11-24T00:00:05Z"), new Date("2026-11-24T00:01:40Z"))).toEqual({ box: "00:00:05", here: "00:01:40" });
});

test("a time zone that this browser does not know is the device's own", () => {
  expect(knownZone("Asia/Shanghai")).toBe("Asia/Shanghai");
  expect(knownZone("Mars/Olympus")).toBeUndefined();
});

test("two moments of one day name it once", () => {
  const span = (first: string, last: string, language: "en" | "zh-CN" = "en") => formatSpan(new Date(first), new Date(last), now, language, "UTC");
  expect(span("2026-11-24T14:02:00Z", "2026-11-24T14:05:00Z")).toEqual({ first: "today 14:02", last: "14:05" });
  expect(span("2026-11-22T14:02:00Z", "2026-11-24T14:05:00Z")).toEqual({ first: "Sunday 14:02", last: "today 14:05" });
  expect(span("2026-11-22T14:02:00Z", "2026-11-22T14:05:00Z", "zh-CN")).toEqual({ first: "11 月 22 日（周日）14:02", last: "14:05" });
});
