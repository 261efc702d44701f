import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { draftOf, EMPTY, keepDraft } from "../src/crm/features/contacts/drafts";
import { forgetErased, without } from "../src/crm/features/contacts/erased";
import { CONTACTS, contactKey, DELETED, erasureKey, historyKey } from "../src/crm/features/contacts/keys";

test("of a list, of one piece or many, only the contact is taken out", () => {
  const items = [{ id: "a" }, { id: "b" }];
  expect(without({ items, next: null }, "a")).toEqual({ items: [{ id: "b" }], next: null });
  expect(without({ pages: [{ items }, { items: [] }], pageParams: [null, "x"] }, "b")).toEqual({ pages: [{ items: [{ id: "a" }] }, { items: [] }], pageParams: [null, "x"] });
  for (const other of [undefined, null, "a", { count: 1 }]) expect(without(other, "a")).toEqual(other);
});

test("no answer that is kept holds the text of an erased contact", () => {
  const client = new QueryClient();
  const zhang = { id: "a", name: "张三明" };
  client.setQueryData([...CONTACTS, "", "", "name"], { pages: [{ items: [zhang, { id: "b", name: "李四" }] }], pageParams: [null] });
  client.setQueryData(DELETED, { items: [zhang] });
  client.setQueryData(contactKey("a"), zhang);
  client.setQueryData(historyKey("a"), { pages: [] });
  client.setQueryData(erasureKey("a"), { name: zhang.name });
  client.setQueryData(contactKey("b"), { id: "b", name: "李四" });
  keepDraft("wang", "a", { typed: { ...EMPTY, name: zhang.name }, base: null });
  forgetErased(client, "a");
  const kept = JSON.stringify(client.getQueryCache().getAll().map((one) => one.state.data));
  expect(kept).not.toContain("张三明");
  expect(kept).toContain("李四");
  expect(client.getQueryData(contactKey("b"))).toEqual({ id: "b", name: "李四" });
  expect(draftOf("wang", "a")).toBeNull();
});
