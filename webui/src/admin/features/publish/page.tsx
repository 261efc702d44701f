// What the internet reaches of your own: each published service in a line, with what is prepared of them.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { read } from "../../../api/client";
import { useText } from "../../../i18n";
import { EmptyState, Loaded } from "../../../ui/async";
import { Badge } from "../../../ui/badge";
import { Button, ButtonLink } from "../../../ui/button";
import { Icon } from "../../../ui/icons";
import { Page, Sheet } from "../../../ui/page";
import { type Column, Table } from "../../../ui/table";
import { When } from "../../../ui/when";
import type { PublishedTold } from "../../api";
import { useTrial } from "../../trial/provider";
import type { Known } from "../../trial/state";
import { useZoneName, ZoneLabels } from "../../zone";
import { labelsShown } from "../zones/document";
import { useDraft } from "../zones/draft";
import { Staged } from "../zones/staged";
import { type Publication, restored, type Row, rowsOf, stateOf, switched, todayIn, withoutPublication, withPublication } from "./document";
import { shown } from "./values";

export const PUBLISH = "/publish";
export const NEW = `${PUBLISH}/new`;
export const REVIEW = `${PUBLISH}/review`;

const EVERY_MS = 10_000;

export function PublishPage() {
  const { t } = useText();
  const { query } = useTrial();
  return (
    <Page
      title={t("admin.publish")}
      lead={t("admin.publish.lead")}
      actions={
        <ButtonLink href={NEW} icon="plus">
          {t("admin.publish.new")}
        </ButtonLink>
      }
    >
      <Loaded query={query}>{(known) => <Services known={known} />}</Loaded>
    </Page>
  );
}

function Services({ known }: { known: Known }) {
  const draft = useDraft(known);
  return (
    <ZoneLabels labels={labelsShown(draft.now, draft.document)}>
      {draft.isStaged && <Staged draft={draft} review={REVIEW} />}
      <List known={known} />
    </ZoneLabels>
  );
}

function List({ known }: { known: Known }) {
  const { t } = useText();
  const zoneName = useZoneName();
  const draft = useDraft(known);
  const { now, document } = draft;
  const [today] = useState(() => todayIn(document.time_zone, new Date()));
  const rows = rowsOf(now, document);
  const told = useQuery({ queryKey: ["published"], queryFn: ({ signal }) => read<PublishedTold>("/published", signal), refetchInterval: EVERY_MS, enabled: rows.length > 0 });
  const toldOf = (one: Publication) => told.data?.items.find(({ id }) => id === one.id);
  const set = (one: Publication) => draft.stage(withPublication(document, one));
  const name = ({ one, staged }: Row) =>
    staged === "gone" ? (
      <s>{one.label}</s>
    ) : (
      <Link href={`${PUBLISH}/${one.id}`} className="hover:text-accent">
        {one.label}
      </Link>
    );
  const device = ({ one: { to } }: Row) => t(to.port === undefined ? "admin.publish.at" : "admin.publish.atPort", { address: to.address, port: String(to.port), zone: zoneName(to.zone) });
  const who = ({ one }: Row) => (one.from === "all" ? t("admin.publish.everybody") : t("admin.publish.someCount", { count: one.from.length }));
  const ports = ({ one }: Row) => one.ports.map(shown).join(t("ui.listGap"));
  const state = ({ one, staged }: Row) => {
    const on = stateOf(one, today);
    const comes = toldOf(one)?.for;
    const is = on === "on" && (comes === "own" || comes === "nobody") ? comes : on;
    return (
      <span className="inline-flex flex-wrap gap-1.5">
        {staged === "kept" ? (
          <Badge state={is === "on" ? "info" : "unknown"} icon={is === "on" ? "globe" : is === "over" ? "clock" : undefined}>
            {t(`admin.publish.state.${is}`)}
          </Badge>
        ) : (
          <Badge state="needs-you" icon="clock">
            {t(`admin.publish.staged.${staged}`)}
          </Badge>
        )}
        {one.until !== undefined && is !== "over" && <span className="text-ink-2">{t("admin.publish.untilDay", { day: one.until })}</span>}
      </span>
    );
  };
  // Those that are not in force yet have no counts.
  const came = ({ one, staged }: Row) => {
    const now = staged === "new" ? undefined : toldOf(one);
    if (now === undefined) return null;
    const at = now.lastHit ?? now.countedSince;
    return (
      <>
        <span className="tabular-nums">{t("admin.publish.hits", { count: now.hits })}</span>
        {at !== null && (
          <span className="text-label text-ink-2">
            {" "}
            {t(now.lastHit === null ? "admin.publish.sinceThen" : "admin.publish.lastHit")}<When at={at} within />
          </span>
        )}
      </>
    );
  };
  const acts = ({ one, staged }: Row) => {
    if (staged === "gone") {
      return (
        <Button size="row" kind="quiet" onClick={() => draft.stage(restored(now, document, one.id))} aria-label={t("admin.publish.restoreNamed", { name: one.label })}>
          <Icon name="undo" />
        </Button>
      );
    }
    const on = one.enabled !== false;
    return (
      <span className="inline-flex items-center gap-1">
        <Button size="row" onClick={() => set(switched(one, !on))} aria-label={t(on ? "admin.publish.offNamed" : "admin.publish.onNamed", { name: one.label })}>
          {t(on ? "admin.publish.switchOff" : "admin.publish.switchOn")}
        </Button>
        <Button size="row" kind="quiet" onClick={() => draft.stage(withoutPublication(document, one.id))} aria-label={t("admin.publish.removeNamed", { name: one.label })}>
          <Icon name="trash" />
        </Button>
      </span>
    );
  };
  const columns: Column<Row>[] = [
    { key: "name", head: t("admin.publish.label"), cell: name, width: "min-w-32" },
    { key: "ports", head: t("admin.publish.ports"), cell: (row) => <span className="tabular-nums">{ports(row)}</span>, width: "min-w-20" },
    { key: "device", head: t("admin.publish.device"), cell: (row) => <span className="tabular-nums">{device(row)}</span>, width: "min-w-32" },
    { key: "who", head: t("admin.publish.who"), cell: who, width: "min-w-20" },
    { key: "state", head: t("admin.state"), cell: state, width: "min-w-28" },
    { key: "came", head: t("admin.publish.came"), cell: came, width: "min-w-24" },
    { key: "acts", head: t("admin.edit"), cell: acts, width: "min-w-28" },
  ];
  return (
    <Sheet bare footer={rows.length === 0 ? undefined : t("admin.publish.how")}>
      {rows.length === 0 ? (
        <EmptyState
          title={t("admin.publish.none")}
          action={
            <ButtonLink kind="primary" icon="plus" href={NEW}>
              {t("admin.publish.new")}
            </ButtonLink>
          }
        >
          {t("admin.publish.noneText")}
        </EmptyState>
      ) : (
        <Table
          label={t("admin.publish")}
          columns={columns}
          rows={rows}
          rowKey={({ one }) => String(one.id)}
          phone={(row) => ({
            title: name(row),
            line: (
              <>
                <span className="block">{[ports(row), device(row), who(row)].join(" · ")}</span>
                {state(row)} <span className="block">{came(row)}</span>
                <span className="mt-1 block">{acts(row)}</span>
              </>
            ),
          })}
        />
      )}
    </Sheet>
  );
}
