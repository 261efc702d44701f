import { beforeEach, expect, test } from "vitest";
import { draftOf, EMPTY, forgetDrafts, hasDrafts, keepDraft, keepDraftsOf } from "../src/crm/features/contacts/drafts";

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
