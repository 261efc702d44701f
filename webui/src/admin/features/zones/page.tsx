// The zones as they are this minute, and what passes between them: read back from the kernel, not
// from the settings. On a phone the matrix becomes a list by zone.
import { useQuery } from "@tanstack/react-query";
import { read } from "../../../api/client";
import { useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { Badge, Note } from "../../../ui/badge";
import { ButtonLink } from "../../../ui/button";
import { Page, Sheet } from "../../../ui/page";
import type { Zone, Zones } from "../../api";
import { ZoneLabel } from "../../zone";
import { Flows } from "./flows";

export function ZonesPage() {
  const { t } = useText();
  const query = useQuery({ queryKey: ["zones"], queryFn: ({ signal }) => read<Zones>("/zones", signal), refetchInterval: 5_000 });
  return (
    <Page title={t("admin.zones")} lead={t("admin.zonesLead")} actions={<ButtonLink href="/crm-access" icon="key">{t("admin.access")}</ButtonLink>}>
      <Loaded query={query}>
        {(zones) => (
          <>
            {zones.notices.map((notice) => (
              <Note key={notice.code + notice.text} state="needs-you" role="status">
                {notice.text}
              </Note>
            ))}
            <Sheet
              title={t("admin.now")}
              aside={<Badge plain state={zones.state === "ready" ? "info" : "needs-you"}>{t(`admin.boxState.${asState(zones.state)}`)}</Badge>}
              bare
              footer={zones.ruleset ? <span className="break-all">{t("admin.ruleset", { hash: zones.ruleset.slice(0, 16) })}</span> : t("admin.noRuleset")}
            >
              <ul aria-label={t("admin.now")}>
                {zones.zones.map((zone) => (
                  <ZoneRow key={zone.name} zone={zone} wan={zone.kind === "wan" ? (zones.wan?.addresses ?? []) : []} />
                ))}
              </ul>
            </Sheet>
            <Sheet title={t("admin.whoToWhom")} aside={t("admin.rowsColumns")} bare>
              <Flows zones={zones} />
            </Sheet>
          </>
        )}
      </Loaded>
    </Page>
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
      <div className="font-semibold">
        <ZoneLabel name={zone.name} kind={zone.kind} />
        {zone.vlan != null && <span className="ml-2 text-row font-normal text-ink-3 tabular-nums">VLAN {zone.vlan}</span>}
      </div>
      <div className="text-row break-words text-ink-2 tabular-nums">{addresses.length > 0 ? addresses.join("  ") : t("admin.noAddress")}</div>
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
