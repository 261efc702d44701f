// Whether the box answers, for what is shown below the notice of it.
import { createContext, use } from "react";

export const Answering = createContext(true);

/** False from when the box stopped answering until it answers again. */
export function useAnswers(): boolean {
  return use(Answering);
}
