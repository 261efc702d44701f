// The answer to a change that was asked for, or what the box says of it later when none came.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { Problem } from "../../api/problem";
import { type Asked, type Became, becameOf, findOut, forgetAsked, isLost, keptAsked, SLOW_MS } from "./asked";
import { askAnew } from "./state";

export const wait = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds));

type Answer<T> = { answer: T } | { became: Became };

/** Throws what the box refuses. */
export async function answerTo<T>(what: Asked, ask: (signal: AbortSignal) => Promise<{ data: T }>): Promise<Answer<T>> {
  const stop = new AbortController();
  let state: "open" | "lost" | "answered" = "open";
  const put = ask(stop.signal).then(
    ({ data }): Answer<T> | null => {
      state = "answered";
      return { answer: data };
    },
    (error: unknown) => {
      state = isLost(error) || stop.signal.aborted ? "lost" : "answered";
      if (state === "answered") throw error;
      return null;
    },
  );
  const became = findOut({ ask: () => becameOf(what), wait, isLost: () => state === "lost", isAnswered: () => state === "answered" });
  const found = became.then((end): Answer<T> | null => end && { became: end });
  const first = await Promise.race([put.then((answer) => answer ?? found), found.then((end) => end ?? put)]);
  stop.abort();
  // Neither is there only when the other one is.
  if (first === null) throw new Problem(0, {}, null);
  if ("became" in first) return first;
  // It may also have come because its way was open again after the end.
  if (what.since === null || performance.now() - what.since < SLOW_MS) return first;
  const end = await becameOf(what);
  return end.end === "over" ? { became: end } : first;
}

/** What was asked for before the page was loaded anew is found out as well. */
export function useLeftOver(account: string, show: (asked: Asked | null) => void, tell: (asked: Asked, became: Became) => Promise<unknown>): void {
  const client = useQueryClient();
  const latest = useRef(tell);
  useEffect(() => {
    latest.current = tell;
  });
  useEffect(() => {
    const asked = keptAsked(account);
    if (asked === null) return;
    let over = false;
    show(asked);
    void findOut({ ask: () => becameOf(asked), wait, isLost: () => true, isAnswered: () => over }).then(async (became) => {
      if (became === null) return;
      forgetAsked();
      show(null);
      await latest.current(asked, became);
      await askAnew(client);
    });
    return () => {
      over = true;
    };
  }, [account, client, show]);
}
