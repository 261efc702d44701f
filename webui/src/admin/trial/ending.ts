// What is said of a trial that is over. Pure.
import type { HistoryItem } from "../api";

/** The key's last part in `admin.ended.…`, and the name in it. */
export interface Ending {
  how: "kept" | "keptBy" | "undone" | "undoneBy" | "expired" | "restarted" | "failed" | "unknown" | "unanswered" | "never";
  name: string;
}

/** `item`: what the history says of it; null when it says nothing, or could not be asked. */
export function endingOf(item: HistoryItem | null): Ending {
  const name = (item?.outcome === "kept" ? item.by : item?.endedBy) ?? "";
  switch (item?.outcome) {
    case "kept":
      return { how: name === "" ? "kept" : "keptBy", name };
    case "undone":
      return { how: name === "" ? "undone" : "undoneBy", name };
    case "expired":
    case "restarted":
    case "failed":
      return { how: item.outcome, name: "" };
    default:
      return { how: "unknown", name: "" };
  }
}

/** The same of a change whose answer never came: that is why nobody could keep it. */
export function endingUnanswered(item: HistoryItem): Ending {
  return item.outcome === "expired" ? { how: "unanswered", name: "" } : endingOf(item);
}

/** Whether the settings that were tried stayed. */
export function stayed(ending: Ending): boolean {
  return ending.how === "kept" || ending.how === "keptBy";
}
