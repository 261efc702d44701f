// Something was not done: why, beside the button that was pressed.
import { isProblem, type Problem } from "../../../api/problem";
import { ProblemNote } from "../../../ui/form";

/** A refusal of the box's; anything else is a fault of the page, and the page's guard tells it. */
export function problemOf(error: unknown): Problem {
  if (isProblem(error)) return error;
  throw error;
}

export function Failed({ problem }: { problem: Problem | null }) {
  return problem === null ? null : <ProblemNote problem={problem} />;
}
