// The lists of which a sentence names the beginning, folded, each in whole.
import { useText } from "../../i18n";
import { classes } from "../../ui/classes";
import { Icon } from "../../ui/icons";
import type { WholeList } from "../api";

export function WholeLists(props: { lists: WholeList[]; at: number; inBar?: boolean }) {
  const { t } = useText();
  return props.lists
    .filter((one) => one.at === props.at)
    .map((one, index) => (
      <details key={index} className="group/list mt-1">
        <summary className={classes("inline-flex min-h-6 cursor-pointer list-none items-center gap-1.5 text-row max-sm:min-h-11", props.inBar ? "text-bar-text-2 hover:text-bar-text" : "text-accent")}>
          <Icon name="chevronRight" className="size-4 group-open/list:rotate-90" />
          {t("admin.wholeList", { count: one.entries.length })}
        </summary>
        <ul
          tabIndex={0}
          aria-label={t("admin.wholeList", { count: one.entries.length })}
          className="mt-1 grid max-h-64 grid-cols-[repeat(auto-fill,minmax(9rem,1fr))] gap-x-4 gap-y-0.5 overflow-y-auto text-row tabular-nums"
        >
          {one.entries.map((entry) => (
            <li key={entry} className="break-words">
              {entry}
            </li>
          ))}
        </ul>
      </details>
    ));
}
