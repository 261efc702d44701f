import { beforeEach, expect, test } from "vitest";
import { forgetPlace, leaveList, listAddress, placeIn } from "../src/crm/features/contacts/place";

const place = { asked: "?search=zsm", opened: "01890000", table: 400, page: 0 };

beforeEach(forgetPlace);

test("the way back leads to the question that was asked, and to the row in its answer", () => {
  expect(listAddress()).toBe("/contacts");
  leaveList(place);
  expect(listAddress()).toBe("/contacts?search=zsm");
  expect(placeIn("?search=zsm")).toEqual(place);
});

test("another question is begun at its top", () => {
  leaveList(place);
  expect(placeIn("")).toBeNull();
  expect(placeIn("?search=zs")).toBeNull();
});
