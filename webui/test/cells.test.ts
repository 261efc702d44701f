import { expect, test } from "vitest";
import { moved } from "../src/admin/features/zones/cells";

const at = (from: number, to: number) => ({ from, to });

test("arrows move by one and stop at the edge", () => {
  expect(moved(at(1, 0), "ArrowDown", 3)).toEqual(at(2, 0));
  expect(moved(at(2, 0), "ArrowDown", 3)).toEqual(at(2, 0));
  expect(moved(at(0, 1), "ArrowUp", 3)).toEqual(at(0, 1));
  expect(moved(at(0, 2), "ArrowRight", 3)).toEqual(at(0, 2));
});

test("a zone's own cell is passed over", () => {
  expect(moved(at(1, 0), "ArrowRight", 3)).toEqual(at(1, 2));
  expect(moved(at(0, 1), "ArrowDown", 3)).toEqual(at(2, 1));
  // There is nothing behind it.
  expect(moved(at(0, 1), "ArrowLeft", 3)).toEqual(at(0, 1));
  expect(moved(at(2, 1), "Home", 3)).toEqual(at(2, 0));
  expect(moved(at(0, 2), "Home", 3)).toEqual(at(0, 1));
  expect(moved(at(2, 0), "End", 3)).toEqual(at(2, 1));
});

test("other keys are not the matrix's", () => {
  expect(moved(at(0, 1), "Tab", 3)).toBeNull();
  expect(moved(at(0, 1), "j", 3)).toBeNull();
});
