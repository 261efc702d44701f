import { expect, test } from "vitest";
import { keepTrying } from "../src/admin/trial/keep";
import { Problem } from "../src/api/problem";

const problem = (status: number, code: string) => new Problem(status, { type: `urn:gatehouse:problem:${code}` }, null);
const OLD = problem(409, "old-connection");
const LOST = new Problem(0, {}, null);

/** The box answers what is in `answers`, the last one for good; `tried`: what it says when it is asked what runs. */
function box(answers: (Problem | null)[], tried: boolean | null = true) {
  let now = 0;
  const asked: string[] = [];
  return {
    asked,
    result: keepTrying({
      confirm: async () => {
        asked.push("confirm");
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        if (answer) throw answer;
      },
      isTried: async () => {
        asked.push("look");
        return tried;
      },
      now: () => now,
      wait: async (milliseconds) => {
        now += milliseconds;
      },
      tell: (why) => asked.push(why),
    }),
  };
}

test("it is said again until it comes over a new connection", async () => {
  const { result, asked } = box([OLD, OLD, null]);
  expect(await result).toEqual({ end: "kept" });
  expect(asked).toEqual(["confirm", "old-connection", "confirm", "old-connection", "confirm"]);
});

test("for 20 seconds at most", async () => {
  const { result, asked } = box([OLD]);
  expect(await result).toEqual({ end: "gave-up", why: "old-connection" });
  expect(asked.filter((one) => one === "confirm")).toHaveLength(21);
});

test("after an answer that was lost the box is asked what became of it", async () => {
  expect(await box([LOST], false).result).toEqual({ end: "over" });
  const still = box([LOST, null], true);
  expect(await still.result).toEqual({ end: "kept" });
  expect(still.asked).toEqual(["confirm", "look", "silent", "confirm"]);
  expect(await box([LOST], null).result).toEqual({ end: "gave-up", why: "silent" });
});

test("what ended before is over, and another refusal is told at once", async () => {
  expect(await box([problem(409, "no-trial")]).result).toEqual({ end: "over" });
  for (const [status, code] of [[403, "not-yours"], [403, "wrong-token"], [409, "old-address"], [401, "sign-in"]] as const) {
    expect(await box([problem(status, code)]).result).toMatchObject({ end: "refused", problem: { code } });
  }
});
