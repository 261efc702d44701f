import { expect, test } from "vitest";
import { isSameName } from "../src/crm/features/contacts/confirm";

test("a typed name is the same whatever the spaces and however it was typed", () => {
  for (const [typed, name] of [
    ["张三明", "张三明"],
    [" 张三明\u3000", "张三明"],
    ["Nora  Berg ", "Nora Berg"],
    ["Ｎｏｒａ　Berg", "Nora Berg"],
    ["Mu\u0308ller", "Müller"],
    ["㛃", "㛃"],
  ] as const)
    expect(isSameName(typed, name), typed).toBe(true);
});

test("another name, a part of it and nothing are not the same", () => {
  for (const typed of ["", "张三", "张三明明", "zhang san ming", "章三明"]) expect(isSameName(typed, "张三明"), typed).toBe(false);
  expect(isSameName("nora berg", "Nora Berg")).toBe(false);
});
