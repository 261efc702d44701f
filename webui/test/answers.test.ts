import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchAnswers } from "../src/api/answers";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched(answers: (boolean | null)[]) {
  const told: boolean[] = [];
  const asked = vi.fn(() => Promise.resolve(answers.length > 0 ? answers.shift()! : true));
  return { told, asked, end: watchAnswers((now) => told.push(now), asked) };
}

test("two failures in a row are told once, and the first answer after them", async () => {
  const { told, asked, end } = watched([true, false, false, false, true, true]);
  await vi.advanceTimersByTimeAsync(16_000 + 2_000);
  expect(told).toEqual([false]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(told).toEqual([false]);
  await vi.advanceTimersByTimeAsync(2_000 + 8_000);
  expect(told).toEqual([false, true]);
  expect(asked).toHaveBeenCalledTimes(6);
  end();
});

test("one failure alone is not told", async () => {
  const { told, end } = watched([true, false, true, false, true]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual([]);
  end();
});

test("a page that was hidden meanwhile has heard nothing", async () => {
  const { told, end } = watched([false, false, null, null, false]);
  await vi.advanceTimersByTimeAsync(8_000 + 2_000 + 2_000 + 2_000 + 2_000);
  expect(told).toEqual([false]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(told).toEqual([false, true]);
  end();
});

test("after its end nothing is asked or told, not even by a question under way", async () => {
  const { told, asked, end } = watched([false, false]);
  await vi.advanceTimersByTimeAsync(8_000);
  end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveBeenCalledTimes(1);
  expect(told).toEqual([]);
});
