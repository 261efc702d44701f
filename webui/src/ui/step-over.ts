// Why a set-up, a claim or an invitation cannot go on with its next step: the step before is over.
import type { Problem } from "../api/problem";

export type StepOver = "late" | "elsewhere";

/** None when it is something else that was refused. */
export function stepOver(problem: Problem): StepOver | null {
  if (problem.status !== 401) return null;
  return problem.code === "step-late" ? "late" : "elsewhere";
}
