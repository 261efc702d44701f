// The zones, what passes between them and the ports: as they are this minute, and as they will be with what is prepared
// here. The map shows the present, and lights the two zones of the picked cell.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { read } from "../../../api/client";
import { useLanguage, useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { Badge, Note } from "../../../ui/badge";
import { ButtonLink } from "../../../ui/button";
import { classes } from "../../../ui/classes";
import { Page, Sheet } from "../../../ui/page";
import { useAccount } from "../../../ui/session";
import type { Zones } from "../../api";
import { rulesDraft } from "../../review/drafts";
import { useTrial } from "../../trial/provider";
import type { Known } from "../../trial/state";
import { ZoneLabels } from "../../zone";
import { CellPanel } from "./cell";
import { CellRelay } from "./cell-relay";
import { CellRules } from "./cell-rules";
import { CellTest } from "./cell-test";
import { labelsShown, withPassing } from "./document";
import { useDraft } from "./draft";
import { Flows } from "./flows";
import { ZoneList } from "./list";
import { ZoneMap } from "./map";
import { inOrder, pictureOf } from "./picture";
import { Ports } from "./ports";
import { Relays } from "./relay-list";
import { Routes } from "./routes";
import { flowShown, zonesShown } from "./shown";
import { Staged } from "./staged";
import { Troubles } from "./trouble";

/** The matrix of so many zones has room beside the map. */
const BESIDE = 4;

export function useZones() {
  // The box's own sentences are in it, in the language that was asked for.
  const { language } = useLanguage();
  return useQuery({ queryKey: ["zones", language], queryFn: ({ signal }) => read<Zones>("/zones", signal), refetchInterval: 5_000 });
}

export function ZonesPage() {
  const { t } = useText();
  const query = useZones();
  const { query: settings } = useTrial();
  return (
    <Page
      title={t("admin.zones")}
      lead={t("admin.zonesLead")}
      actions={
        <>
          <ButtonLink href="/zones/new" icon="plus">
            {t("admin.zoneNew")}
          </ButtonLink>
          <ButtonLink href="/zones/simulator" icon="search">
            {t("admin.tryPacket")}
          </ButtonLink>
          <ButtonLink href="/crm-access" icon="key">
            {t("admin.access")}
          </ButtonLink>
        </>
      }
    >
      <Loaded query={settings}>{(known) => <Loaded query={query}>{(zones) => <Shown zones={zones} known={known} />}</Loaded>}</Loaded>
    </Page>
  );
}

function Shown({ zones, known }: { zones: Zones; known: Known }) {
  const { t } = useText();
  const account = useAccount().id;
  const draft = useDraft(known);
  const { now, document } = draft;
  const [picked, setPicked] = useState<{ from: string; to: string } | null>(null);
  const picture = pictureOf(zones);
  const shown = inOrder(zonesShown(zones, document));
  // Rules are staged on a page of their own, and would decide here as well.
  const isAnyStaged = draft.isStaged || rulesDraft(account) !== null;
  const isInForce = (name: string) => zones.zones.some((zone) => zone.name === name);
  const flowOf = (from: string, to: string) => flowShown(zones, now, document, from, to);
  const isThere = (name: string) => shown.some((zone) => zone.name === name);
  const lit = picked && isThere(picked.from) && isThere(picked.to) ? flowOf(picked.from, picked.to) : null;
  return (
    <ZoneLabels labels={labelsShown(now, document)}>
      {zones.notices.map((notice) => (
        <Note key={notice.code + notice.text} state="needs-you" role="status">
          {notice.text}
        </Note>
      ))}
      {draft.isStaged && <Staged draft={draft} />}
      <div className={classes("grid gap-5 [&>*]:min-w-0", shown.length <= BESIDE && "xl:grid-cols-[minmax(0,9fr)_minmax(0,11fr)]")}>
        <Sheet title={t("admin.map")} aside={<Badge plain state={zones.state === "ready" ? "info" : "needs-you"}>{t(`admin.boxState.${asState(zones.state)}`)}</Badge>} bare>
          <ZoneMap picture={picture} lit={lit} />
          <Troubles picture={picture} />
        </Sheet>
        <Sheet title={t("admin.whoToWhom")} aside={<span className="max-sm:hidden">{t("admin.rowsColumns")}</span>} bare>
          <Flows
            zones={shown}
            flowOf={flowOf}
            picked={lit}
            onPick={setPicked}
            panel={(flow) => (
              <CellPanel
                flow={flow}
                zones={shown}
                now={now}
                document={document}
                onPassing={(allow) => flow !== null && draft.stage(withPassing(document, flow.from, flow.to, allow))}
              >
                {flow !== null && <CellRules from={flow.from} to={flow.to} document={document} />}
                {flow !== null && <CellRelay from={flow.from} to={flow.to} draft={draft} />}
                {flow !== null && <CellTest key={`${flow.from} ${flow.to}`} from={flow.from} to={flow.to} isStaged={isAnyStaged} isThere={isInForce} />}
              </CellPanel>
            )}
          />
        </Sheet>
      </div>
      <Sheet title={t("admin.now")} bare footer={zones.ruleset ? t("admin.ruleset", { hash: zones.ruleset.slice(0, 16) }) : t("admin.noRuleset")}>
        <ZoneList zones={zones} shown={shown} draft={draft} />
      </Sheet>
      <Ports zones={zones} draft={draft} />
      <Relays draft={draft} />
      <Routes draft={draft} />
    </ZoneLabels>
  );
}

function asState(state: string): "starting" | "ready" | "problem" {
  return state === "starting" || state === "ready" ? state : "problem";
}
