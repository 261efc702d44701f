// Who may reach whom: rows start, columns receive. Wide it is a matrix, whose arrow keys move and light the map; on a
// phone it is a list by zone. Each cell says it in a word with an icon, the picked one in a sentence with its choice.
// Blocked is quiet; what is prepared has a broken line.
import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { useText } from "../../../i18n";
import { classes } from "../../../ui/classes";
import { Icon, type IconName } from "../../../ui/icons";
import { useShortcut } from "../../../ui/shortcuts";
import type { Flow, Zone } from "../../api";
import { useZoneName, ZoneLabel } from "../../zone";
import { type Cell, FIRST, isIn, moved } from "./cells";
import { countOf } from "./exceptions";
import type { ShownFlow } from "./shown";

const LOOKS: Record<Flow["allow"], { icon: IconName; look: string }> = {
  all: { icon: "check", look: "bg-ok-ground text-ok" },
  web: { icon: "filter", look: "bg-info-ground text-info" },
  crm: { icon: "filter", look: "bg-info-ground text-info" },
  none: { icon: "cross", look: "border border-line bg-sunk text-ink-2" },
};

interface Props {
  /** In the order in which they are shown. */
  zones: Zone[];
  flowOf: (from: string, to: string) => ShownFlow;
  picked: ShownFlow | null;
  onPick: (picked: { from: string; to: string } | null) => void;
  /** The panel of a cell. */
  panel: (flow: ShownFlow | null) => ReactNode;
}

export function Flows(props: Props) {
  // The panel stands once: where the cell was picked.
  const [inList, setInList] = useState(false);
  const pickedIn = (list: boolean): Props["onPick"] => {
    return (picked) => {
      setInList(list);
      props.onPick(picked);
    };
  };
  return (
    <>
      <div className="max-sm:hidden">
        <Matrix {...props} onPick={pickedIn(false)} />
        <div>{props.panel(inList ? null : props.picked)}</div>
      </div>
      <ByZone {...props} picked={inList ? props.picked : null} onPick={pickedIn(true)} />
    </>
  );
}

function Matrix(props: Props) {
  const { t } = useText();
  const name = useZoneName();
  const table = useRef<HTMLTableElement>(null);
  const { zones: ordered, picked } = props;
  useShortcut({ keys: ["ArrowKeys"], text: t("admin.keyMatrix") });
  // Where Tab enters: the cell that had the focus last.
  const [last, setLast] = useState(FIRST);
  const entry = isIn(last, ordered.length) ? last : FIRST;
  const said = (flow: ShownFlow) => {
    const [allow, count] = [t(`admin.allow.${flow.allow}`), countOf(flow.exceptions)];
    return count === 0 ? allow : t("admin.cellBut", { allow, but: t("admin.cellExceptions", { count }) });
  };
  const pick = (cell: Cell) => {
    const [from, to] = [ordered[cell.from], ordered[cell.to]];
    if (from && to && !(picked?.from === from.name && picked.to === to.name)) props.onPick({ from: from.name, to: to.name });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const next = moved(entry, event.key, ordered.length);
    if (next === null && event.key !== "Enter" && (event.key !== "Escape" || picked === null)) return;
    event.preventDefault();
    if (event.key === "Escape") props.onPick(null);
    if (event.key === "Enter") {
      pick(entry);
      // The sentence and its choice stand below the matrix; a cell that leaves no choice keeps the focus.
      const panel = table.current?.parentElement?.nextElementSibling;
      requestAnimationFrame(() => panel?.querySelector<HTMLElement>("[data-cell-choice]")?.focus());
    }
    if (next === null) return;
    table.current?.querySelector<HTMLElement>(`[data-cell="${idOf(next)}"]`)?.focus();
  };
  return (
    <div className="overflow-x-auto p-3 sm:px-4">
      <table ref={table} role="grid" aria-label={t("admin.whoToWhom")} onKeyDown={onKey} className="w-full border-separate border-spacing-1.5 text-row">
        <thead>
          <tr>
            <td />
            {ordered.map((zone) => (
              <th key={zone.name} scope="col" className="px-1 py-1 font-medium text-ink-2">
                {name(zone.name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ordered.map((from, row) => (
            <tr key={from.name}>
              <th scope="row" className="py-1 pr-2 text-left font-medium">
                <ZoneLabel name={from.name} kind={from.kind} />
              </th>
              {ordered.map((to, column) => {
                if (row === column) {
                  return (
                    <td key={to.name} className="text-center text-row text-ink-3">
                      {from.isolated ? t("admin.isolatedCell") : "–"}
                    </td>
                  );
                }
                const flow = props.flowOf(from.name, to.name);
                const cell = { from: row, to: column };
                const isPicked = picked !== null && picked.from === from.name && picked.to === to.name;
                return (
                  <td
                    key={to.name}
                    data-cell={idOf(cell)}
                    tabIndex={idOf(cell) === idOf(entry) ? 0 : -1}
                    aria-selected={isPicked}
                    aria-label={t(flow.staged ? "admin.cellPrepared" : "admin.cell", { from: name(from.name), to: name(to.name), allow: said(flow) })}
                    onFocus={() => {
                      setLast(cell);
                      pick(cell);
                    }}
                    onClick={() => pick(cell)}
                    className={classes("cursor-pointer rounded-control", isPicked && "outline-2 outline-offset-2 outline-accent")}
                  >
                    <Word flow={flow} />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function idOf(cell: Cell): string {
  return `${cell.from}-${cell.to}`;
}

/** A row opens its sentence in place. */
function ByZone(props: Props) {
  const { t } = useText();
  const name = useZoneName();
  const { picked } = props;
  return (
    <ul className="sm:hidden">
      {props.zones.map((from) => (
        <li key={from.name} className="border-b border-line px-4 py-3 last:border-b-0">
          <div className="mb-1.5 flex flex-wrap items-center gap-x-2 font-semibold">
            <ZoneLabel name={from.name} kind={from.kind} />
            {from.isolated && <span className="text-row font-normal text-ink-2">{t("admin.isolatedCell")}</span>}
          </div>
          <ul className="grid gap-1">
            {props.zones
              .filter((to) => to.name !== from.name)
              .map((to) => {
                const flow = props.flowOf(from.name, to.name);
                const isPicked = picked?.from === from.name && picked.to === to.name;
                return (
                  <li key={to.name} className={classes(isPicked && "rounded-control border border-line-2")}>
                    <button
                      type="button"
                      aria-expanded={isPicked}
                      onClick={() => props.onPick(isPicked ? null : flow)}
                      className="flex min-h-11 w-full min-w-0 items-center justify-between gap-3 rounded-control px-1 text-left text-row"
                    >
                      <span className="inline-flex min-w-0 items-center gap-2 text-ink-2">
                        <Icon name="arrowRight" />
                        <span className="sr-only">{t("admin.cellFrom", { from: name(from.name) })} </span>
                        <ZoneLabel name={to.name} kind={to.kind} />
                      </span>
                      <span className="w-32 shrink-0">
                        <Word flow={flow} />
                        {flow.staged && <span className="sr-only"> {t("admin.prepared")}</span>}
                      </span>
                    </button>
                    {isPicked && props.panel(flow)}
                  </li>
                );
              })}
          </ul>
        </li>
      ))}
    </ul>
  );
}

function Word({ flow }: { flow: ShownFlow }) {
  const { t } = useText();
  const look = LOOKS[flow.allow];
  const count = countOf(flow.exceptions);
  return (
    <span
      className={classes(
        "flex min-h-8 flex-wrap items-center justify-center gap-x-1.5 rounded-control px-1.5 whitespace-nowrap",
        flow.staged ? "border border-dashed border-warn bg-warn-ground text-warn" : look.look,
      )}
    >
      <span className="inline-flex items-center gap-1.5">
        <Icon name={flow.staged ? "edit" : look.icon} className="size-3.5" />
        {t(`admin.allow.${flow.allow}`)}
      </span>{" "}
      {count > 0 && <span className="text-label">{t("admin.cellExceptions", { count })}</span>}
    </span>
  );
}
