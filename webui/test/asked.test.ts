import { expect, test } from "vitest";
import { type Became, findOut, isLost } from "../src/admin/trial/asked";
import type { HistoryItem } from "../src/admin/api";
import { Problem } from "../src/api/problem";
import { endingUnanswered } from "../src/admin/trial/ending";

const SILENT: Became = { end: "silent" };
const TRYING: Became = { end: "trying" };
const NEVER: Became = { end: "never" };
const item = (outcome: HistoryItem["outcome"]): HistoryItem => ({ id: "1", at: "", by: null, reason: "", outcome, endedAt: null, endedBy: null, words: [] });
const OVER: Became = { end: "over", item: item("expired") };

/** The box says what is in `says`, the last one for good; the answer is lost, or comes, after so many ms. */
function box(says: Became[], at: { lost?: number; answered?: number }) {
  let now = 0;
  let asked = 0;
  return {
    count: () => asked,
    result: findOut({
      ask: async () => {
        asked += 1;
        if (asked > 100) throw new Error("asked without end");
        return (says.length > 1 ? says.shift() : says[0]) ?? SILENT;
      },
      wait: async (milliseconds) => {
        now += milliseconds;
      },
      isLost: () => at.lost !== undefined && now >= at.lost,
      isAnswered: () => at.answered !== undefined && now >= at.answered,
    }).then((became) => ({ became, now })),
  };
}

test("an answer that comes in time is asked after by nobody", async () => {
  const { result, count } = box([TRYING], { answered: 1_000 });
  expect((await result).became).toBeNull();
  expect(count()).toBe(0);
});

test("a box that is shut to this device is asked until it answers, however long that takes", async () => {
  const { result } = box([...Array<Became>(40).fill(SILENT), OVER], { lost: 60_000 });
  expect((await result).became).toEqual(OVER);
});

test("an end is known also while the answer is still waited for", async () => {
  const { result } = box([SILENT, TRYING, OVER], {});
  expect((await result).became).toEqual(OVER);
});

test("what is still being tried is no news before the answer is lost", async () => {
  const { result } = box([TRYING], { lost: 20_000 });
  const { became, now } = await result;
  expect(became).toEqual(TRYING);
  expect(now).toBeGreaterThanOrEqual(20_000);
  expect((await box([TRYING], { answered: 20_000 }).result).became).toBeNull();
});

test("what was lost at once is asked after at once, and may never have come", async () => {
  const { became, now } = await box([NEVER], { lost: 0 }).result;
  expect(became).toEqual(NEVER);
  expect(now).toBe(0);
});

test("an answer is lost when it did not come, or came to the request that the browser sent again", () => {
  const problem = (status: number, code: string) => new Problem(status, { type: `urn:gatehouse:problem:${code}` }, null);
  expect([problem(0, ""), problem(502, "x"), problem(409, "tried-already")].map(isLost)).toEqual([true, true, true]);
  expect([problem(422, "invalid"), problem(409, "trial-running"), new Error("x")].map(isLost)).toEqual([false, false, false]);
});

test("who was shut out is told why nobody could keep it, and nothing else is claimed", () => {
  expect(endingUnanswered(item("expired"))).toEqual({ how: "unanswered", name: "" });
  expect(endingUnanswered(item("restarted"))).toEqual({ how: "restarted", name: "" });
  expect(endingUnanswered(item("kept"))).toEqual({ how: "kept", name: "" });
});
