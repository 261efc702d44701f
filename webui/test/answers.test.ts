import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchAnswers } from "../src/api/answers";
import { heard } from "../src/api/heard";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched(answers: (boolean | null)[]) {
  const told: boolean[] = [];
  const asked = vi.fn(() => Promise.resolve(answers.length > 0 ? answers.shift()! : true));
  return { told, asked, end: watchAnswers((now) => told.push(now), asked) };
}

test("two failures in a row are told once, and the first answer after them", async () => {
  const { told, asked, end } = watched([true, false, false, false, true, true]);
  await vi.advanceTimersByTimeAsync(8_000 + 2_000);
  expect(told).toEqual([false]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(told).toEqual([false]);
  await vi.advanceTimersByTimeAsync(2_000 + 4_000);
  expect(told).toEqual([false, true]);
  expect(asked).toHaveBeenCalledTimes(6);
  end();
});

test("a cable that was pulled is told after twelve seconds at most", async () => {
  const told: boolean[] = [];
  const patient = () => new Promise<boolean>((done) => setTimeout(() => done(false), 4_000));
  const end = watchAnswers((now) => told.push(now), patient);
  await vi.advanceTimersByTimeAsync(11_900);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(told).toEqual([false]);
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
  await vi.advanceTimersByTimeAsync(4_000 + 2_000 + 2_000 + 2_000 + 2_000);
  expect(told).toEqual([false]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(told).toEqual([false, true]);
  end();
});

test("a lost request of the page is a reason to look at once", async () => {
  const { told, end } = watched([false, false, true]);
  heard(false);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(told).toEqual([false]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(told).toEqual([false, true]);
  end();
});

test("a request lost to a box that is there may be made again, after a pause", async () => {
  const { told, asked, end } = watched([]);
  heard(false);
  await vi.advanceTimersByTimeAsync(3_900);
  expect([told, asked.mock.calls.length]).toEqual([[], 1]);
  await vi.advanceTimersByTimeAsync(100);
  expect(told).toEqual([true]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual([true]);
  end();
});

test("a slow box that answers the page is not silent, and one that answers it again is so no longer", async () => {
  const told: boolean[] = [];
  const patient = () => new Promise<boolean>((done) => setTimeout(() => done(false), 4_000));
  const end = watchAnswers((now) => told.push(now), patient);
  for (let i = 0; i < 10; i += 1) {
    await vi.advanceTimersByTimeAsync(6_000);
    heard(true);
  }
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(12_000);
  expect(told).toEqual([false]);
  heard(true);
  expect(told).toEqual([false, true]);
  end();
});

test("after its end nothing is asked or told, not even by a question under way", async () => {
  const { told, asked, end } = watched([false, false]);
  await vi.advanceTimersByTimeAsync(4_000);
  end();
  heard(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveBeenCalledTimes(1);
  expect(told).toEqual([]);
});
