// Each kind of alert has its place, or it was decided that it has none; and a place is narrowed to what it is about.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PLACES, placeOf } from "../src/admin/features/alerts/place";

const texts = JSON.parse(readFileSync(new URL("../../agent/notify/locales/en.json", import.meta.url), "utf8")) as { kinds: Record<string, unknown> };

test("every kind has a place, or it was decided that it has none", () => {
  expect(Object.keys(PLACES).sort()).toEqual(Object.keys(texts.kinds).sort());
});

test("every place is a page of the app", () => {
  const app = readFileSync(new URL("../src/admin/app.tsx", import.meta.url), "utf8");
  for (const place of Object.values(PLACES)) {
    if (place !== null) expect(app).toContain(`path="${place.href}"`);
  }
});

test("a place is narrowed to what the alert is about", () => {
  const href = (kind: string, subject: string) => placeOf({ kind, subject })?.href;
  expect(href("new-device", "52:54:00:67:00:01")).toBe("/devices?find=52%3A54%3A00%3A67%3A00%3A01");
  expect(href("quarantined-tried", "52:54:00:67:00:01")).toBe("/devices/refused?device=52%3A54%3A00%3A67%3A00%3A01");
  expect(href("sign-ins-failed", "admin 192.168.10.23")).toBe("/devices?find=192.168.10.23");
  expect(href("rogue-dhcp", "phone (52:54:00:67:00:01)")).toBe("/devices/refused");
  expect(href("test", "")).toBeUndefined();
  expect(href("constructor", "")).toBeUndefined();
});
