// Seven bars in a fixed order: full length is shut, short with a dashed rest is open, dashed all the
// way is not tried yet. The sentence above is its name.
import { useText } from "../../../i18n";
import { classes } from "../../../ui/classes";
import type { ProtectionRow } from "../../api";
import { shownState } from "./shown-state";

const FULL = 96;
const SHORT = { proven: FULL, "needs-you": 66, open: 44, unknown: 0 };
const COLOURS = { proven: "text-accent", "needs-you": "text-warn", open: "text-bad", unknown: "text-ink-3" };

export function Gates(props: { rows: ProtectionRow[] }) {
  const { t } = useText();
  const shut = props.rows.filter((row) => shownState(row) === "proven").length;
  return (
    <section className="rounded-sheet border border-line bg-sheet px-4 py-4 sm:px-5">
      <h2 className="mb-3 text-section font-semibold">{t("admin.gatesShut", { shut: String(shut), of: String(props.rows.length) })}</h2>
      <ul className="grid grid-cols-7 max-sm:grid-cols-4 max-sm:gap-y-4 max-[26rem]:grid-cols-3">
        {props.rows.map((row) => {
          const state = shownState(row);
          const length = SHORT[state];
          return (
            <li key={row.key} className="min-w-0 border-t-3 border-ink text-center">
              <svg viewBox="0 0 100 104" aria-hidden="true" className={classes("mx-auto h-28 w-full max-sm:h-20", COLOURS[state])}>
                {length > 0 && <path d={`M50 0v${length}`} stroke="currentColor" strokeWidth="8" strokeLinecap="round" />}
                {length < FULL && <path d={`M50 ${length + 10}V${FULL}`} stroke="currentColor" strokeWidth="2" strokeDasharray="4 4" />}
              </svg>
              <div className="text-row break-words text-ink">{t(`admin.row.${row.key}`)}</div>
              <div className={classes("text-label", COLOURS[state])}>{t(`admin.gate.${state}`)}</div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
