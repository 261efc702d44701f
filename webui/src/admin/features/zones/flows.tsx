// Who may reach whom: rows start, columns receive. Wide it is a matrix, whose arrow keys move and light the map; on a
// phone it is a list by zone. Each cell says it in a word with an icon, the picked one in a sentence. Blocked is quiet.
import { type KeyboardEvent, useRef, useState } from "react";
import { useText } from "../../../i18n";
import { classes } from "../../../ui/classes";
import { Icon, type IconName } from "../../../ui/icons";
import { useShortcut } from "../../../ui/shortcuts";
import type { Flow, Zone, Zones } from "../../api";
import { useZoneName, ZoneLabel } from "../../zone";
import { CellTest } from "./cell-test";
import { type Cell, FIRST, isIn, moved } from "./cells";
import { flowOf } from "./flow";
import { inOrder } from "./picture";
import { Sentence } from "./sentence";

const LOOKS: Record<Flow["allow"], { icon: IconName; look: string }> = {
  all: { icon: "check", look: "bg-ok-ground text-ok" },
  web: { icon: "filter", look: "bg-info-ground text-info" },
  crm: { icon: "filter", look: "bg-info-ground text-info" },
  none: { icon: "cross", look: "border border-line bg-sunk text-ink-2" },
};

interface Props {
  zones: Zones;
  picked: Flow | null;
  onPick: (picked: Flow | null) => void;
}

export function Flows(props: Props) {
  const zones = inOrder(props.zones.zones);
  return (
    <>
      <div className="max-sm:hidden">
        <Matrix {...props} ordered={zones} />
        <Sentence flow={props.picked} zones={zones} />
        {props.picked && <CellTest key={`${props.picked.from} ${props.picked.to}`} from={props.picked.from} to={props.picked.to} />}
      </div>
      <ByZone zones={props.zones} ordered={zones} />
    </>
  );
}

function Matrix(props: Props & { ordered: Zone[] }) {
  const { t } = useText();
  const name = useZoneName();
  const table = useRef<HTMLTableElement>(null);
  const { ordered, picked } = props;
  useShortcut({ keys: ["ArrowKeys"], text: t("admin.keyMatrix") });
  // Where Tab enters: the cell that had the focus last.
  const [last, setLast] = useState(FIRST);
  const entry = isIn(last, ordered.length) ? last : FIRST;
  const pick = (cell: Cell) => {
    const [from, to] = [ordered[cell.from], ordered[cell.to]];
    if (from && to && !(picked?.from === from.name && picked.to === to.name)) props.onPick(flowOf(props.zones, from.name, to.name));
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const next = moved(entry, event.key, ordered.length);
    if (next === null && event.key !== "Enter" && (event.key !== "Escape" || picked === null)) return;
    event.preventDefault();
    if (event.key === "Escape") props.onPick(null);
    if (event.key === "Enter") pick(entry);
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
                    <td key={to.name} className="text-center text-ink-3">
                      –
                    </td>
                  );
                }
                const flow = flowOf(props.zones, from.name, to.name);
                const cell = { from: row, to: column };
                const isPicked = picked !== null && picked.from === from.name && picked.to === to.name;
                return (
                  <td
                    key={to.name}
                    data-cell={idOf(cell)}
                    tabIndex={idOf(cell) === idOf(entry) ? 0 : -1}
                    aria-selected={isPicked}
                    aria-label={t("admin.cell", { from: name(from.name), to: name(to.name), allow: t(`admin.allow.${flow.allow}`) })}
                    onFocus={() => {
                      setLast(cell);
                      pick(cell);
                    }}
                    onClick={() => pick(cell)}
                    className={classes("cursor-pointer rounded-control", isPicked && "outline-2 outline-offset-2 outline-accent")}
                  >
                    <Word allow={flow.allow} />
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

function ByZone(props: { zones: Zones; ordered: Zone[] }) {
  return (
    <ul className="sm:hidden">
      {props.ordered.map((from) => (
        <li key={from.name} className="border-b border-line px-4 py-3 last:border-b-0">
          <div className="mb-1.5 font-semibold">
            <ZoneLabel name={from.name} kind={from.kind} />
          </div>
          <ul className="grid gap-1.5">
            {props.ordered
              .filter((to) => to.name !== from.name)
              .map((to) => (
                <li key={to.name} className="flex items-center justify-between gap-3 text-row">
                  <span className="inline-flex items-center gap-2 text-ink-2">
                    <Icon name="arrowRight" />
                    <ZoneLabel name={to.name} kind={to.kind} />
                  </span>
                  <span className="w-32">
                    <Word allow={flowOf(props.zones, from.name, to.name).allow} />
                  </span>
                </li>
              ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}

function Word(props: { allow: Flow["allow"] }) {
  const { t } = useText();
  const look = LOOKS[props.allow];
  return (
    <span className={classes("flex min-h-8 items-center justify-center gap-1.5 rounded-control px-1.5 whitespace-nowrap", look.look)}>
      <Icon name={look.icon} className="size-3.5" />
      {t(`admin.allow.${props.allow}`)}
    </span>
  );
}
