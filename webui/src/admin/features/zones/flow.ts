// A cell of the matrix by the names of its zones, with what passes.
import type { Flow, Zones } from "../../api";

/** What the server does not name is blocked. */
export function flowOf(zones: Zones, from: string, to: string): Flow {
  return { from, to, allow: zones.flows.find((flow) => flow.from === from && flow.to === to)?.allow ?? "none" };
}
