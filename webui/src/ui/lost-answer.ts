// A change whose answer was lost: whether it was saved is known once the box answers again and all that the page shows
// has been asked for anew. Then nothing is left to be said of it.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { whenHeard } from "../api/heard";
import { isProblem, type Problem } from "../api/problem";
import { SESSION } from "./session";

export function useLostAnswer(problem: Problem | null, known: () => void): void {
  const client = useQueryClient();
  const lost = isProblem(problem, "network");
  useEffect(() => {
    if (!lost) return;
    let asked = false;
    const settled = () => {
      if (asked && client.isFetching() === 0) known();
    };
    const unsubscribe = client.getQueryCache().subscribe(settled);
    const unlisten = whenHeard((answered) => {
      if (!answered || asked) {
        asked &&= answered;
        return;
      }
      asked = true;
      void client.invalidateQueries({ predicate: (one) => one.queryKey[0] !== SESSION[0] }).then(settled);
    });
    return () => {
      unlisten();
      unsubscribe();
    };
    // From when it is lost, not whenever `known` is made anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [lost, client]);
}
