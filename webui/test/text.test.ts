import { expect, test } from "vitest";
import { asLanguage, languageOf } from "../src/i18n/language";
import { catalogueOf, fill, lookUp, shorten } from "../src/i18n/text";

const catalogue = catalogueOf({ ui: { plain: "Nothing", tries_one: "One try", tries_other: "{count} tries" } });

test("a plural is picked by its count", () => {
  expect(lookUp(catalogue, "en", "ui.tries", 1)).toBe("One try");
  expect(lookUp(catalogue, "en", "ui.tries", 4)).toBe("{count} tries");
  expect(lookUp({ "ui.tries_other": "{count} 次" }, "zh-CN", "ui.tries", 1)).toBe("{count} 次");
  expect(lookUp(catalogue, "en", "ui.plain", 3)).toBe("Nothing");
});

test("numbers are grouped, text stays data", () => {
  expect(fill("{count} of {name}", { count: 12406, name: "<b>{count}</b>" }, "en")).toBe("12,406 of <b>{count}</b>");
  expect(fill("a {other} b", {}, "en")).toBe("a {other} b");
});

test("the browser's wish becomes one of two languages", () => {
  expect(languageOf(["zh-TW", "en"])).toBe("zh-CN");
  expect(languageOf(["de", "en-GB", "zh"])).toBe("en");
  expect(languageOf([])).toBe("en");
  expect(asLanguage("zh")).toBeNull();
});

test("a long name is cut between letters, and a short one is left alone", () => {
  expect(shorten("王芳")).toBe("王芳");
  expect(shorten("x".repeat(60))).toHaveLength(60);
  expect(shorten("x".repeat(200))).toBe(`${"x".repeat(59)}…`);
  expect([...new Intl.Segmenter().segment(shorten("👩‍🚀".repeat(200), 5))].map((one) => one.segment)).toEqual(["👩‍🚀", "👩‍🚀", "👩‍🚀", "👩‍🚀", "…"]);
});
