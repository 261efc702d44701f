import { expect, test } from "vitest";
import { Problem } from "../src/api/problem";
import { stepOver } from "../src/ui/step-over";

const problem = (status: number, code: string) => new Problem(status, { type: `urn:gatehouse:problem:${code}` }, null);

test("a step that ran out is told from one that was taken elsewhere", () => {
  expect(stepOver(problem(401, "step-late"))).toBe("late");
  expect(stepOver(problem(401, "step-gone"))).toBe("elsewhere");
});

test("a refusal of something else ends no step", () => {
  for (const other of [problem(422, "invalid"), problem(409, "locked"), problem(0, "network")]) expect(stepOver(other)).toBeNull();
});
