import { expect, test } from "vitest";
import { draftsOf } from "../src/admin/features/setup/drafts";
import { mergedChoices } from "../src/admin/reach-list";

const office = { zone: "office", who: "some" as const, addresses: "192.168.10.20" };

test("what was kept comes back as it was", () => {
  const kept = { account: { name: "Ruth", timeZone: "Asia/Shanghai" }, choices: { guest: true, choices: [office] }, restoring: true };
  expect(draftsOf(JSON.stringify(kept))).toEqual(kept);
});

test("what is no draft is none, and a broken half does not take the other with it", () => {
  const none = { account: null, choices: null, restoring: false };
  for (const text of [null, "", "{", "[]", "null", "7", '{"account":7,"choices":[],"restoring":1}', '{"choices":{"guest":"yes","choices":[]}}']) {
    expect(draftsOf(text)).toEqual(none);
  }
  expect(draftsOf('{"choices":{"guest":true,"choices":[{"zone":"office","who":"everyone","addresses":""}]}}')).toEqual(none);
  expect(draftsOf('{"account":{"name":"Ruth","timeZone":"UTC"},"choices":7}').account?.name).toBe("Ruth");
});

test("nothing beyond the draft's own is taken out of what was kept", () => {
  expect(draftsOf('{"account":{"name":"Ruth","timeZone":"UTC","password":"x"}}').account).toEqual({ name: "Ruth", timeZone: "UTC" });
});

test("zones are the box's, their choices the person's", () => {
  const box = [{ zone: "office", who: "all" as const, addresses: "" }, { zone: "lab", who: "nobody" as const, addresses: "" }];
  expect(mergedChoices(box, [office, { zone: "gone", who: "all", addresses: "" }])).toEqual([office, box[1]]);
});
