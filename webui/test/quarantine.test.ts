import { expect, test } from "vitest";
import { quarantined, wantedOf, withQuarantine } from "../src/admin/features/devices/quarantine-document";

const MAC = "52:54:00:00:00:01";
const OTHER = "52:54:00:00:00:02";

test("a device goes in once, sorted, and the rest of the document stays", () => {
  const document = { version: 1, quarantine: [OTHER] };
  const after = withQuarantine(document, MAC, true);
  expect(after).toEqual({ version: 1, quarantine: [MAC, OTHER] });
  expect(withQuarantine(after, MAC, true)).toEqual(after);
  expect(document.quarantine).toEqual([OTHER]);
});

test("the last one out leaves no list", () => {
  expect(withQuarantine({ version: 1, quarantine: [MAC] }, MAC, false)).toEqual({ version: 1 });
  expect(withQuarantine({ version: 1 }, MAC, false)).toEqual({ version: 1 });
  expect(quarantined({ quarantine: "all" })).toEqual([]);
});

test("only an address of a card is taken from the page's address", () => {
  expect(wantedOf(`in=${MAC}`)).toEqual({ mac: MAC, into: true });
  expect(wantedOf(`out=${MAC.toUpperCase()}`)).toEqual({ mac: MAC, into: false });
  for (const search of ["", "in=", "in=52:54", "in=<b>", "show=new"]) expect(wantedOf(search)).toBeNull();
});
