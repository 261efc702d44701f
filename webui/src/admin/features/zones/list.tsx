// The zones with their addresses and ports, and the way to change each.
import { useText } from "../../../i18n";
import { Badge } from "../../../ui/badge";
import { TextLink } from "../../../ui/button";
import type { Zone, Zones } from "../../api";
import { useZoneName, ZoneLabel } from "../../zone";
import type { Draft } from "./draft";

export function ZoneList({ zones, shown, draft }: { zones: Zones; shown: Zone[]; draft: Draft }) {
  const { t } = useText();
  return (
    <ul aria-label={t("admin.now")}>
      {shown.map((zone) => (
        <Row key={zone.name} zone={zone} wan={zone.kind === "wan" ? (zones.wan?.addresses ?? []) : []} isNew={zone.kind !== "wan" && !(zone.name in draft.now.zones)} />
      ))}
    </ul>
  );
}

function Row(props: { zone: Zone; wan: string[]; isNew: boolean }) {
  const { t } = useText();
  const name = useZoneName();
  const { zone } = props;
  const addresses = [...new Set([...zone.addresses, ...props.wan])];
  return (
    <li className="grid gap-x-6 gap-y-1 border-b border-line px-4 py-3 last:border-b-0 sm:grid-cols-[minmax(9rem,1fr)_2fr_2fr_3.5rem] sm:items-center sm:px-5">
      <div className="flex flex-wrap items-center gap-x-2 font-semibold">
        <ZoneLabel name={zone.name} kind={zone.kind} />
        {zone.vlan != null && <span className="text-row font-normal text-ink-3 tabular-nums">VLAN {zone.vlan}</span>}
        {zone.isolated && <span className="text-row font-normal text-ink-2">{t("admin.isolatedCell")}</span>}
      </div>
      <div className="flex flex-wrap gap-x-4 text-row break-all text-ink-2 tabular-nums">
        {props.isNew ? (
          <Badge plain state="needs-you" icon="edit">
            {t("admin.prepared")}
          </Badge>
        ) : addresses.length > 0 ? (
          addresses.map((address) => <span key={address}>{address}</span>)
        ) : (
          t("admin.noAddress")
        )}
      </div>
      <ul className="flex flex-wrap gap-x-4 gap-y-1">
        {zone.ports.map((port) => (
          <li key={port.name}>
            <Badge plain state={port.linked ? "info" : "unknown"}>
              {port.linked ? t("admin.portLinked", { name: port.name }) : t("admin.portNotLinked", { name: port.name })}
            </Badge>
          </li>
        ))}
      </ul>
      <div className="text-row">
        {zone.kind !== "wan" && (
          <TextLink href={`/zones/zone/${zone.name}`}>
            {t("admin.edit")}
            <span className="sr-only"> {name(zone.name)}</span>
          </TextLink>
        )}
      </div>
    </li>
  );
}
