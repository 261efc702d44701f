// A question whose answer is not waited for as long as others are: the trial does not wait.
import { isProblem, Problem } from "../../api/problem";

const PATIENCE_MS = 6_000;

export async function soon<T>(ask: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
  const enough = AbortSignal.timeout(PATIENCE_MS);
  try {
    return await ask(signal ? AbortSignal.any([signal, enough]) : enough);
  } catch (error) {
    throw enough.aborted && !isProblem(error) && !signal?.aborted ? new Problem(0, {}, null) : error;
  }
}
