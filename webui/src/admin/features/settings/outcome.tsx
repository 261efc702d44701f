// How a change in the history ended: shape and word.
import { useText } from "../../../i18n";
import { Badge, type State } from "../../../ui/badge";
import type { IconName } from "../../../ui/icons";
import type { HistoryItem } from "../../api";

const LOOKS: Record<HistoryItem["outcome"], { state: State; icon: IconName }> = {
  trying: { state: "needs-you", icon: "clock" },
  kept: { state: "info", icon: "check" },
  undone: { state: "unknown", icon: "undo" },
  expired: { state: "unknown", icon: "clock" },
  restarted: { state: "unknown", icon: "refresh" },
  failed: { state: "open", icon: "octagonCross" },
};

export function Outcome({ item: { outcome, endedBy } }: { item: Pick<HistoryItem, "outcome" | "endedBy"> }) {
  const { t, find } = useText();
  // A newer box may know more.
  const { state, icon } = LOOKS[outcome] ?? { state: "unknown", icon: "info" };
  return (
    <Badge state={state} icon={icon}>
      {outcome === "undone" && endedBy !== null ? t("admin.outcome.undoneBy", { name: endedBy }) : (find(`admin.outcome.${outcome}`) ?? outcome)}
    </Badge>
  );
}
