import { expect, test } from "vitest";
import { choicesOf, lacksAddresses, reachOf, refusedOf } from "../src/admin/reach-list";

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

test("some addresses with none typed is a slip that is said before it is sent", () => {
  expect(lacksAddresses({ zone: "office", who: "some", addresses: " ,\n" })).toBe(true);
  expect(lacksAddresses({ zone: "office", who: "some", addresses: "10.0.0.1" })).toBe(false);
  expect(lacksAddresses({ zone: "office", who: "nobody", addresses: "" })).toBe(false);
});

test("what was refused is named by line and reason, a handful of it", () => {
  const words = Array.from({ length: 345 }, (_, index) => `word${index}`);
  const addresses = ["10.0.0.1", "", words.slice(0, 2).join(" "), ...words.slice(2)].join("\n");
  const errors = words.map((_, index) => ({ field: `/reachableFrom/1/addresses/${index + 1}`, code: "network_invalid", message: "no network" }));
  const { whole, faults, more } = refusedOf(errors, "/reachableFrom/1", { zone: "office", who: "some", addresses });
  expect([whole, more]).toEqual([[], 340]);
  expect(faults.map((one) => one.reason)).toEqual(["no network"]);
  expect(faults[0]?.entries.map((one) => `${one.line} ${one.text}`)).toEqual(["3 word0", "3 word1", "4 word2", "5 word3", "6 word4"]);
});

test("what is wrong with several entries is said once, what is wrong with others besides", () => {
  const addresses = "word\n192.168.10.300\nother";
  const messages = ["no network", "too large", "no network"];
  const errors = messages.map((message, index) => ({ field: `/reachableFrom/0/addresses/${index}`, code: "x", message }));
  const { faults } = refusedOf(errors, "/reachableFrom/0", { zone: "office", who: "some", addresses });
  expect(faults.map((one) => [one.reason, one.entries.map((entry) => entry.line)])).toEqual([
    ["no network", [1, 3]],
    ["too large", [2]],
  ]);
});

test("what is wrong with a zone as a whole is said once, and other zones' faults not here", () => {
  const errors = ["/reachableFrom/1/zone", "/reachableFrom/1/addresses", "/reachableFrom/10/zone"].map((field) => ({ field, code: "x", message: "no" }));
  expect(refusedOf(errors, "/reachableFrom/1", { zone: "office", who: "some", addresses: "10.0.0.1" })).toEqual({ whole: ["no"], faults: [], more: 0 });
});
