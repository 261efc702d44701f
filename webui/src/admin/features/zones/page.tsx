// The zones as they are this minute, and what passes between them: a map, the matrix beside it whose picked cell lights
// the map, and all addresses and ports in a list.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { read } from "../../../api/client";
import { useLanguage, useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { Badge, Note } from "../../../ui/badge";
import { ButtonLink } from "../../../ui/button";
import { Page, Sheet } from "../../../ui/page";
import type { Zone, Zones } from "../../api";
import { ZoneLabel } from "../../zone";
import { flowOf } from "./flow";
import { Flows } from "./flows";
import { ZoneMap } from "./map";
import { inOrder, pictureOf } from "./picture";
import { Troubles } from "./trouble";

export function ZonesPage() {
  const { t } = useText();
  // The box's own sentences are in it, in the language that was asked for.
  const { language } = useLanguage();
  const query = useQuery({ queryKey: ["zones", language], queryFn: ({ signal }) => read<Zones>("/zones", signal), refetchInterval: 5_000 });
  return (
    <Page title={t("admin.zones")} lead={t("admin.zonesLead")} actions={<><ButtonLink href="/zones/simulator" icon="search">{t("admin.tryPacket")}</ButtonLink><ButtonLink href="/crm-access" icon="key">{t("admin.access")}</ButtonLink></>}>
      <Loaded query={query}>{(zones) => <Shown zones={zones} />}</Loaded>
    </Page>
  );
}

function Shown({ zones }: { zones: Zones }) {
  const { t } = useText();
  const [picked, setPicked] = useState<{ from: string; to: string } | null>(null);
  const picture = pictureOf(zones);
  const isThere = (name: string) => zones.zones.some((zone) => zone.name === name);
  // With what is in force now, not when it was picked.
  const lit = picked && isThere(picked.from) && isThere(picked.to) ? flowOf(zones, picked.from, picked.to) : null;
  return (
    <>
      {zones.notices.map((notice) => (
        <Note key={notice.code + notice.text} state="needs-you" role="status">
          {notice.text}
        </Note>
      ))}
      <div className="grid gap-5 xl:grid-cols-[minmax(0,9fr)_minmax(0,11fr)] [&>*]:min-w-0">
        <Sheet title={t("admin.map")} aside={<Badge plain state={zones.state === "ready" ? "info" : "needs-you"}>{t(`admin.boxState.${asState(zones.state)}`)}</Badge>} bare>
          <ZoneMap picture={picture} lit={lit} />
          <Troubles picture={picture} />
        </Sheet>
        <Sheet title={t("admin.whoToWhom")} aside={<span className="max-sm:hidden">{t("admin.rowsColumns")}</span>} bare>
          <Flows zones={zones} picked={lit} onPick={setPicked} />
        </Sheet>
      </div>
      <Sheet
        title={t("admin.now")}
        bare
        footer={zones.ruleset ? t("admin.ruleset", { hash: zones.ruleset.slice(0, 16) }) : t("admin.noRuleset")}
      >
        <ul aria-label={t("admin.now")}>
          {inOrder(zones.zones).map((zone) => (
            <ZoneRow key={zone.name} zone={zone} wan={zone.kind === "wan" ? (zones.wan?.addresses ?? []) : []} />
          ))}
        </ul>
      </Sheet>
    </>
  );
}

function asState(state: string): "starting" | "ready" | "problem" {
  return state === "starting" || state === "ready" ? state : "problem";
}

function ZoneRow(props: { zone: Zone; wan: string[] }) {
  const { t } = useText();
  const { zone } = props;
  const addresses = [...new Set([...zone.addresses, ...props.wan])];
  return (
    <li className="grid gap-x-6 gap-y-1 border-b border-line px-4 py-3 last:border-b-0 sm:grid-cols-[minmax(9rem,1fr)_2fr_2fr] sm:items-center sm:px-5">
      <div className="flex flex-wrap items-center gap-x-2 font-semibold">
        <ZoneLabel name={zone.name} kind={zone.kind} />
        {zone.vlan != null && <span className="text-row font-normal text-ink-3 tabular-nums">VLAN {zone.vlan}</span>}
      </div>
      <div className="flex flex-wrap gap-x-4 text-row break-all text-ink-2 tabular-nums">
        {addresses.length > 0 ? addresses.map((address) => <span key={address}>{address}</span>) : t("admin.noAddress")}
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
    </li>
  );
}
