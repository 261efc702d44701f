// The connections that are open now: who with whom, what for, how much; each can be ended.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { post } from "../../../api/client";
import type { Problem } from "../../../api/problem";
import { useLanguage, useText } from "../../../i18n";
import { EmptyState, LoadFailed, Loading } from "../../../ui/async";
import { Button, ButtonLink } from "../../../ui/button";
import { SelectField } from "../../../ui/field";
import { useToast } from "../../../ui/overlay";
import { Sheet } from "../../../ui/page";
import { type Column, Table } from "../../../ui/table";
import type { Connection, ConnectionsPage as Answer, End } from "../../api";
import { useTrial } from "../../trial/provider";
import { ZoneLabel } from "../../zone";
import { bytesText } from "../../../ui/amount";
import { blockAddress } from "./block";
import { Failed, problemOf } from "./failed";
import { useEndName, useServiceName, useSpan } from "./names";
import { Filters, More, SeenPage, useChosen, useSeen } from "./seen";

const ORDERS = ["bytes", "newest"] as const;
/** From this part of the room on somebody should look. */
const CROWDED = 0.8;

export function ConnectionsPage() {
  const { t } = useText();
  const { language } = useLanguage();
  const chosen = useChosen();
  const asked = chosen.get("order");
  const order = ORDERS.find((one) => one === asked) ?? "bytes";
  const query = useSeen<Answer>("/connections", { find: chosen.get("find"), zone: chosen.get("zone"), device: chosen.get("device"), order: order === "bytes" ? "" : order });
  const endName = useEndName();
  const service = useServiceName();
  const span = useSpan();
  // The list moves on while it is read: a row that was on an earlier page may come again.
  const rows = [...new Map((query.data?.pages.flatMap((page) => page.items) ?? []).map((one) => [keyOf(one), one])).values()];
  const last = query.data?.pages.at(-1);
  const device = chosen.get("device");
  const named = rows.flatMap((one) => [one.from, one.to]).find((end) => end.mac === device)?.name ?? null;
  const filter = (["find", "zone", "device"] as const).find((one) => chosen.get(one) !== "");
  const what = (one: Connection) => service(one.protocol, one.key.destinationPort);
  const sides = (one: Connection) => ({ from: endName(one.from, one.key.source), to: endName(one.to, one.answers) });
  const columns: Column<Connection>[] = [
    { key: "from", head: t("admin.from"), cell: (one) => <Side end={one.from} name={endName(one.from, one.key.source)} address={one.key.source} />, width: "min-w-40" },
    { key: "to", head: t("admin.to"), cell: (one) => <Side end={one.to} name={endName(one.to, one.answers)} address={one.answers} asked={one.key.destination} />, width: "min-w-40" },
    { key: "what", head: t("admin.what"), cell: (one) => (one.answered ? what(one) : `${what(one)} · ${t("admin.unanswered")}`), width: "min-w-32" },
    { key: "sent", head: t("admin.bytesSent"), cell: (one) => bytesText(one.sent, language), number: true },
    { key: "received", head: t("admin.bytesReceived"), cell: (one) => bytesText(one.received, language), number: true },
    { key: "age", head: t("admin.age"), cell: (one) => (one.age === null ? "" : span(one.age)), number: true },
    { key: "end", head: t("admin.actions"), cell: (one) => <Actions connection={one} {...sides(one)} /> },
  ];
  return (
    <SeenPage lead={t("admin.connectionsLead")}>
      <Filters chosen={chosen} deviceName={named}>
        <div className="min-w-40 max-sm:flex-1">
          <SelectField
            label={t("admin.order")}
            field={{ name: "order", value: order, onValue: (value) => chosen.set("order", value === "bytes" ? "" : value), error: null }}
            options={ORDERS.map((one) => ({ value: one, label: t(`admin.order.${one}`) }))}
          />
        </div>
      </Filters>
      {query.isPending && <Loading />}
      {query.isError && !query.data && <LoadFailed error={query.error} retry={() => void query.refetch()} />}
      {last !== undefined && (
        <>
          <Sheet
            bare
            footer={
              <span role="status" className="tabular-nums">
                {rows.length < last.chosen ? t("admin.rowsShown", { shown: rows.length, count: last.chosen }) : t("admin.connectionsShown", { count: last.chosen })}{" "}
                {last.room > 0 && last.all > last.room * CROWDED && <span className="text-warn">{t("admin.connectionsCrowded", { all: last.all, room: last.room })}</span>}
              </span>
            }
          >
            {rows.length === 0 ? (
              filter !== undefined ? (
                <EmptyState title={t("admin.noMatch")} action={<Button onClick={() => chosen.set(filter, "")}>{t(`admin.drop.${filter}`)}</Button>}>
                  {t("admin.noMatchText")}
                </EmptyState>
              ) : (
                <EmptyState title={t("admin.noConnections")} action={<ButtonLink href="/zones">{t("admin.zones")}</ButtonLink>}>
                  {t("admin.noConnectionsText")}
                </EmptyState>
              )
            ) : (
              <Table
                label={t("admin.tab.connections")}
                columns={columns}
                rows={rows}
                rowKey={keyOf}
                busy={query.isPlaceholderData}
                phone={(one) => ({
                  title: t("admin.fromTo", sides(one)),
                  line: `${what(one)} · ${bytesText(one.sent + one.received, language)}${one.age === null ? "" : ` · ${span(one.age)}`}`,
                  aside: <Actions connection={one} {...sides(one)} />,
                })}
              />
            )}
          </Sheet>
          <More query={query} />
        </>
      )}
    </SeenPage>
  );
}

function keyOf({ key }: Connection): string {
  return [key.id, key.protocol, key.source, key.sourcePort, key.destination, key.destinationPort].join(" ");
}

/** `asked`: the address that was asked for, where another one answers: a published service. */
function Side(props: { end: End; name: string; address: string; asked?: string }) {
  const { t } = useText();
  return (
    <>
      <div className="break-words">{props.name}</div>
      <div className="flex flex-wrap gap-x-2 text-label font-normal text-ink-3 tabular-nums">
        {props.end.zone !== null && <ZoneLabel name={props.end.zone} />}
        {props.name !== props.address && <span className="break-all">{props.address}</span>}
        {props.asked !== undefined && props.asked !== props.address && <span className="break-all">{t("admin.askedAt", { address: props.asked })}</span>}
      </div>
    </>
  );
}

function Actions(props: { connection: Connection; from: string; to: string }) {
  const { t } = useText();
  const { query } = useTrial();
  const block = blockAddress(props.connection, query.data?.document);
  return (
    <span className="inline-flex flex-wrap items-start justify-end gap-2">
      <EndButton {...props} />
      {block !== null && (
        <ButtonLink size="row" href={block} aria-label={t("admin.blockOne", { from: props.from, to: props.to })}>
          {t("admin.block")}
        </ButtonLink>
      )}
    </span>
  );
}

function EndButton(props: { connection: Connection; from: string; to: string }) {
  const { t } = useText();
  const client = useQueryClient();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem | null>(null);
  const end = async () => {
    setBusy(true);
    setError(null);
    try {
      const { count } = await post<{ count: number }>("/connections/end", { connection: props.connection.key });
      toast(count > 0 ? t("admin.ended", { count }) : t("admin.endedAlready"));
      await client.invalidateQueries({ queryKey: ["seen", "/connections"] });
    } catch (problem) {
      setError(problemOf(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button kind="destructive" size="row" busy={busy} aria-label={t("admin.endOne", { from: props.from, to: props.to })} onClick={() => void end()}>
        {t("admin.end")}
      </Button>
      <Failed problem={error} />
    </>
  );
}
