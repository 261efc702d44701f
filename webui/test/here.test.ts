import { beforeEach, expect, test, vi } from "vitest";

const stored = new Map<string, string>();
vi.stubGlobal("sessionStorage", {
  getItem: (name: string) => stored.get(name) ?? null,
  setItem: (name: string, text: string) => {
    if (text.length > 1_000) throw new Error("no room");
    stored.set(name, text);
  },
  removeItem: (name: string) => stored.delete(name),
});

/** The page loaded anew: only what the tab keeps is left. */
async function reloaded() {
  vi.resetModules();
  return { ...(await import("../src/admin/here")), ...(await import("../src/admin/review/drafts")), ...(await import("../src/admin/trial/token")) };
}

beforeEach(() => stored.clear());

test("a reload loses nothing, and nobody else sees it", async () => {
  const choice = { zone: "office", who: "some" as const, addresses: "10.0.0.1" };
  (await reloaded()).keepAccessDraft("ruth", { choices: [choice], etag: '"1"' });
  (await reloaded()).holdToken("ruth", { id: "t", token: "secret", path: "/crm-access" });
  const after = await reloaded();
  expect(after.accessDraft("ruth")).toEqual({ choices: [choice], etag: '"1"' });
  expect(after.heldToken("ruth")).toEqual({ id: "t", token: "secret", path: "/crm-access" });
  expect([after.accessDraft("other"), after.heldToken("other")]).toEqual([null, null]);
});

test("after its trial a draft is compared with what is in force then; once kept it is gone", async () => {
  const { keepAccessDraft, freeAccessDraft, accessDraft, forgetPrepared, keepFileDraft, fileDraft } = await reloaded();
  keepAccessDraft("ruth", { choices: [], etag: '"1"' });
  keepFileDraft("ruth", { name: "a.json", text: "{}" });
  freeAccessDraft("ruth");
  expect(accessDraft("ruth")).toEqual({ choices: [], etag: null });
  forgetPrepared("ruth", "/crm-access");
  expect([accessDraft("ruth"), fileDraft("ruth")?.name]).toEqual([null, "a.json"]);
  forgetPrepared("ruth", "/settings/import");
  expect(fileDraft("ruth")).toBeNull();
});

test("rules that were kept are no draft any more, unless they were edited after the trial began", async () => {
  const { keepRulesDraft, rulesDraft, forgetPrepared, keepFileDraft, fileDraft } = await reloaded();
  const parts = { rules: [], services: [], groups: [], schedules: [], timeZone: null, crmHours: [], published: [] };
  const mine = { ...parts, timeZone: "UTC" };
  keepFileDraft("ruth", { name: "a.json", text: '{"version":1}' });
  keepRulesDraft("ruth", { base: parts, mine, tried: false });
  forgetPrepared("ruth", "/rules");
  expect((await reloaded()).rulesDraft("ruth")).toEqual({ base: parts, mine, tried: false });
  expect(rulesDraft("other")).toBeNull();
  keepRulesDraft("ruth", { base: parts, mine, tried: true });
  forgetPrepared("ruth", "/settings/import");
  expect([rulesDraft("ruth")?.tried, fileDraft("ruth")]).toEqual([true, null]);
  forgetPrepared("ruth", "/rules");
  expect(rulesDraft("ruth")).toBeNull();
});

test("reason and time belong to the page where they were typed; a strange time is a minute", async () => {
  const { keepTerms, terms, asSeconds } = await reloaded();
  keepTerms("ruth", "/crm-access", { reason: "Front desk", seconds: 300 });
  expect((await reloaded()).terms("ruth", "/crm-access")).toEqual({ reason: "Front desk", seconds: 300 });
  expect(terms("ruth", "/settings/import")).toEqual({ reason: "", seconds: 60 });
  expect([300, "600", 61, null, "x"].map(asSeconds)).toEqual([300, 600, 60, 60, 60]);
});

test("what finds no room is kept until the page goes, and nothing older comes back", async () => {
  const { keepHere, readHere } = await reloaded();
  keepHere("name", "ruth", "old");
  keepHere("name", "ruth", "x".repeat(2_000));
  expect(readHere("name", "ruth")).toHaveLength(2_000);
  expect((await reloaded()).readHere("name", "ruth")).toBeNull();
});
