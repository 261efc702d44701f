import { expect, test } from "vitest";
import { choicesOf, reachOf } from "../src/admin/reach-list";

test("what the server says comes back as it was", () => {
  const list = [{ zone: "office", addresses: "all" as const }, { zone: "lab", addresses: ["10.0.0.1", "10.0.0.8/29"] }];
  expect(reachOf(choicesOf(["office", "lab", "yard"], list))).toEqual(list);
});

test("a zone that is no longer offered is not lost", () => {
  expect(choicesOf(["office"], [{ zone: "old", addresses: "all" }]).map((one) => one.zone)).toEqual(["office", "old"]);
});

test("only some addresses, none typed, is nobody and never everybody", () => {
  expect(reachOf([{ zone: "office", who: "some", addresses: " \n" }])).toEqual([{ zone: "office", addresses: [] }]);
  expect(reachOf([{ zone: "office", who: "some", addresses: "10.0.0.1，10.0.0.2\n10.0.0.3" }])).toEqual([
    { zone: "office", addresses: ["10.0.0.1", "10.0.0.2", "10.0.0.3"] },
  ]);
  expect(reachOf([{ zone: "office", who: "nobody", addresses: "10.0.0.1" }])).toEqual([]);
});
