// The clock that only counts, as it stands now, looked at four times a second: no figure is shown for much longer or
// shorter than a second.
import { useEffect, useState } from "react";

const TICK_MS = 250;

export function useNow(runs: boolean): number {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!runs) return;
    const timer = setInterval(() => tick((before) => before + 1), TICK_MS);
    return () => clearInterval(timer);
  }, [runs]);
  return performance.now();
}
