import { expect, test } from "vitest";
import { claimDraftOf } from "../src/crm/features/claim/drafts";

const account = { name: "王芳", timeZone: "Asia/Shanghai", showAsUnlocker: false };

test("what was kept comes back as it was", () => {
  const kept = { organisation: "Nordwind GmbH", account };
  expect(claimDraftOf(JSON.stringify(kept))).toEqual(kept);
});

test("a claim that was begun with nothing typed is one, what is no draft is none", () => {
  expect(claimDraftOf("{}")).toEqual({ organisation: "", account: null });
  for (const text of [null, "", "{", "[]", "null", "7"]) expect(claimDraftOf(text)).toBeNull();
});

test("a broken half does not take the other with it, and nothing else is taken out of what was kept", () => {
  expect(claimDraftOf('{"organisation":7,"account":{"name":"王芳","timeZone":"Asia/Shanghai","showAsUnlocker":false,"password":"x"}}')).toEqual({ organisation: "", account });
  expect(claimDraftOf('{"organisation":"Nordwind","account":{"name":"王芳"},"passphrase":"x"}')).toEqual({ organisation: "Nordwind", account: null });
});
