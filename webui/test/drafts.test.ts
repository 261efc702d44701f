import { beforeEach, expect, test } from "vitest";
import { draftOf, EMPTY, forgetDrafts, forgetDraftsInto, hasDrafts, keepDraft, keepDraftsOf } from "../src/crm/features/contacts/drafts";

const typed = (name: string) => ({ ...EMPTY, name });

beforeEach(forgetDrafts);

test("what was typed waits for whoever typed it, and for nobody else", () => {
  keepDraft("wang", null, { typed: typed("Clara"), base: null });
  keepDraft("ruth", null, { typed: typed("Otto"), base: null });
  keepDraftsOf("wang");
  expect(draftOf("wang", null)?.typed.name).toBe("Clara");
  expect(draftOf("ruth", null)).toBeNull();
});

test("an account whose id begins alike is another one", () => {
  keepDraft("wang", null, { typed: typed("Clara"), base: null });
  keepDraftsOf("wan");
  expect(hasDrafts()).toBe(false);
});

test("nothing typed is no draft", () => {
  keepDraft("wang", null, { typed: typed("C"), base: null });
  expect(hasDrafts()).toBe(true);
  keepDraft("wang", null, { typed: EMPTY, base: null });
  expect(hasDrafts()).toBe(false);
});

test("nothing typed into an erased contact stays, whoever typed it", () => {
  for (const [account, contact] of [["wang", "1"], ["ruth", "1"], ["wang", "11"], ["wang", null]] as const) keepDraft(account, contact, { typed: typed("C"), base: null });
  forgetDraftsInto("1");
  expect([draftOf("wang", "1"), draftOf("ruth", "1")]).toEqual([null, null]);
  expect([draftOf("wang", "11"), draftOf("wang", null)].every((one) => one !== null)).toBe(true);
});
