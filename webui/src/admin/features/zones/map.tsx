// The picture of the network: internet, the box, one card for each zone, a line from the box to each. It explains; all
// it says stands in the matrix and in the list as well. Wide it goes from left to right, narrow from top to bottom.
import { useText } from "../../../i18n";
import { Badge } from "../../../ui/badge";
import { classes } from "../../../ui/classes";
import { Icon } from "../../../ui/icons";
import type { Flow } from "../../api";
import { useZoneName, ZoneIcon } from "../../zone";
import { BranchLines, lineLook, StraightLine } from "./lines";
import { isBroken, type Line, type Picture, type Place } from "./picture";

export function ZoneMap(props: { picture: Picture; lit: Flow | null }) {
  const { t } = useText();
  const { internet, zones } = props.picture;
  const look = (name: string, line: Line) => lineLook(line, lightOf(name, props.lit));
  return (
    <div className="@container p-4 sm:px-5">
      <div className="grid @sm:grid-cols-[7rem_1.25rem_3.5rem_2rem_minmax(0,1fr)] @sm:items-center">
        {internet ? <Card place={internet} lit={props.lit} centred /> : <NoInternet />}
        <StraightLine look={look(internet?.zone.name ?? "", internet?.line ?? "no-port")} />
        <div className="flex items-center justify-center gap-2 rounded-control border border-rail-line bg-rail px-1 py-3 text-center text-row font-semibold text-rail-text @sm:flex-col @sm:py-4">
          <Icon name="gate" className="size-6 text-rail-accent" />
          {t("admin.thisBox")}
        </div>
        <div className="grid grid-cols-[1.75rem_minmax(0,1fr)] @sm:contents">
          <BranchLines looks={zones.map(({ zone, line }) => look(zone.name, line))} />
          <ul aria-label={t("admin.zones")} className="grid auto-rows-fr">
            {zones.map((place) => (
              <li key={place.zone.name} className="grid py-1.5">
                <Card place={place} lit={props.lit} />
              </li>
            ))}
          </ul>
        </div>
      </div>
    </div>
  );
}

function lightOf(name: string, lit: Flow | null): "passes" | "blocked" | null {
  if (lit === null || (lit.from !== name && lit.to !== name)) return null;
  return lit.allow === "none" ? "blocked" : "passes";
}

function Card(props: { place: Place; lit: Flow | null; centred?: boolean }) {
  const name = useZoneName();
  const { zone, line, address } = props.place;
  const light = lightOf(zone.name, props.lit);
  return (
    <div
      data-lit={light ?? undefined}
      className={classes(
        "flex min-w-0 items-center gap-3 rounded-control border px-3 py-2 transition-colors",
        props.centred && "@sm:flex-col @sm:gap-1 @sm:px-1 @sm:py-3 @sm:text-center",
        light === "passes" ? "border-accent bg-tint" : light === "blocked" ? "border-ink-2 bg-sunk" : isBroken(line) ? "border-dashed border-warn bg-sheet" : "border-line-2 bg-sheet",
      )}
    >
      <ZoneIcon kind={zone.kind} className="size-5" />
      <div className="min-w-0">
        <p className={classes("flex flex-wrap items-baseline gap-x-2 text-body font-semibold", props.centred && "@sm:justify-center")}>
          <span className="min-w-0 break-words">{name(zone.name)}</span>
          {zone.vlan != null && <span className="text-row font-normal whitespace-nowrap text-ink-2 tabular-nums">VLAN {zone.vlan}</span>}
        </p>
        {address !== null && (
          <p className={classes("wrap-anywhere text-row text-ink-2 tabular-nums", props.centred && "@sm:text-label")}>{address}</p>
        )}
        <State place={props.place} centred={props.centred} />
      </div>
    </div>
  );
}

function State({ place, centred }: { place: Place; centred?: boolean }) {
  const { t } = useText();
  const { line, ports, linked } = place;
  const text = line === "linked" && ports > 1 ? t("admin.portsLinked", { linked, of: ports }) : t(`admin.line.${line}`);
  if (!isBroken(line)) return <p className={classes("text-row text-ink-2", centred && "@sm:text-label")}>{text}</p>;
  return (
    <p className={classes("flex items-start gap-1.5 text-row font-medium text-warn", centred && "@sm:flex-col @sm:items-center @sm:gap-0.5 @sm:text-label")}>
      <Icon name="triangle" className="mt-0.5 size-4" />
      {text}
    </p>
  );
}

/** No port of the box is for the internet. */
function NoInternet() {
  const { t } = useText();
  return (
    <div className="grid justify-items-center gap-1 rounded-control border border-dashed border-warn px-1.5 py-3 text-center text-body font-semibold">
      {t("admin.zone.wan")}
      <Badge plain state="needs-you">
        {t("admin.line.no-port")}
      </Badge>
    </div>
  );
}
