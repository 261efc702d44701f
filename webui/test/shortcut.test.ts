import { expect, test } from "vitest";
import { meant, type Pressed } from "../src/ui/shortcut";

const NOTHING: Pressed = { key: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, isComposing: false, repeat: false, defaultPrevented: false };
const page = { inField: false, singleKeys: true };
const press = (key: string, more: Partial<Pressed> = {}) => ({ ...NOTHING, key, ...more });

test("a single key is meant on the page, whatever the case", () => {
  expect(meant(press("n"), page)).toBe("n");
  expect(meant(press("N"), page)).toBe("n");
  expect(meant(press("?", { shiftKey: true }), page)).toBe("?");
  expect(meant(press("N", { shiftKey: true }), page)).toBeNull();
});

test("nothing is taken from who types", () => {
  const field = { ...page, inField: true };
  for (const key of ["n", "/", "?", "j"]) expect(meant(press(key), field)).toBeNull();
  expect(meant(press("Escape", { isComposing: true }), field)).toBeNull();
  expect(meant(press("Escape"), field)).toBe("Escape");
  expect(meant(press("k", { ctrlKey: true }), field)).toBe("Control+k");
});

test("single keys can be switched off, the others stay", () => {
  const off = { inField: false, singleKeys: false };
  for (const key of ["n", "/", "?", "j", "k"]) expect(meant(press(key), off)).toBeNull();
  expect(meant(press("Escape"), off)).toBe("Escape");
  expect(meant(press("k", { metaKey: true }), off)).toBe("Control+k");
});

test("the browser's own keys stay the browser's", () => {
  expect(meant(press("n", { ctrlKey: true }), page)).toBeNull();
  expect(meant(press("n", { altKey: true }), page)).toBeNull();
  expect(meant(press("Enter"), page)).toBeNull();
  expect(meant(press(" "), page)).toBeNull();
  expect(meant(press("n", { defaultPrevented: true }), page)).toBeNull();
});

test("a key that is held down goes from row to row and does nothing else", () => {
  expect(meant(press("j", { repeat: true }), page)).toBe("j");
  expect(meant(press("n", { repeat: true }), page)).toBeNull();
  expect(meant(press("Escape", { repeat: true }), page)).toBeNull();
});
