// A row says proven only with its proof; without one nothing is known.
import type { ProtectionRow } from "../../api";

export function shownState(row: Pick<ProtectionRow, "state" | "proof">): ProtectionRow["state"] {
  return row.state === "proven" && !row.proof ? "unknown" : row.state;
}
