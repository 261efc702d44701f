// Keeping what is tried. The box takes the word only over a connection that was made after the change: that proves that
// the way in still works. The browser chooses its connections and the box closes old ones, so it is said again until it
// comes over a new one. An answer that was lost says nothing: the box is asked what became of it.
import { isProblem, type Problem } from "../../api/problem";

const PATIENCE_MS = 20_000;
const AGAIN_MS = 1_000;

/** Why it is said again. */
export type Waiting = "old-connection" | "silent";

export type Kept = { end: "kept" } | { end: "over" } | { end: "refused"; problem: Problem } | { end: "gave-up"; why: Waiting };

export async function keepTrying(box: {
  confirm: () => Promise<unknown>;
  /** Whether it is still tried; null when the box does not answer. */
  isTried: () => Promise<boolean | null>;
  now: () => number;
  wait: (milliseconds: number) => Promise<void>;
  tell: (why: Waiting) => void;
}): Promise<Kept> {
  const until = box.now() + PATIENCE_MS;
  for (;;) {
    let why: Waiting;
    try {
      await box.confirm();
      return { end: "kept" };
    } catch (error) {
      if (!isProblem(error)) throw error;
      if (error.code === "no-trial") return { end: "over" };
      if (error.code === "old-connection") why = "old-connection";
      else if (isLost(error)) why = "silent";
      else return { end: "refused", problem: error };
    }
    if (why === "silent" && (await box.isTried()) === false) return { end: "over" };
    if (box.now() + AGAIN_MS > until) return { end: "gave-up", why };
    box.tell(why);
    await box.wait(AGAIN_MS);
  }
}

/** It may have been done all the same. */
function isLost(problem: Problem): boolean {
  return problem.status === 0 || problem.status >= 502;
}
