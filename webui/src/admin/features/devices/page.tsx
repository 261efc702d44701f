// All devices that were seen: who they are, where, since when; what is new is said, and what can be done with each.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { post } from "../../../api/client";
import type { Problem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { EmptyState, LoadFailed, Loading } from "../../../ui/async";
import { Badge, Note } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { SelectField } from "../../../ui/field";
import { useToast } from "../../../ui/overlay";
import { Sheet } from "../../../ui/page";
import { type Column, Table } from "../../../ui/table";
import { When } from "../../../ui/when";
import type { Device, DevicesPage as Answer } from "../../api";
import { ZoneLabel } from "../../zone";
import { Failed, problemOf } from "./failed";
import { DeviceMenu } from "./menu";
import { useDeviceName } from "./names";
import { Filters, More, SeenPage, useChosen, useSeen } from "./seen";

const SHOWN = ["all", "new", "quarantined"] as const;

export function DevicesPage() {
  const { t } = useText();
  const [, go] = useLocation();
  const chosen = useChosen();
  const asked = chosen.get("show");
  const show = SHOWN.find((one) => one === asked) ?? "all";
  const query = useSeen<Answer>("/devices", { find: chosen.get("find"), zone: chosen.get("zone"), show: show === "all" ? "" : show });
  const nameOf = useDeviceName();
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const counts = query.data?.pages.at(-1)?.counts;
  const filter = (["find", "zone", "show"] as const).find((one) => chosen.get(one) !== "");
  const name = (one: Device) => (
    <span className="inline-flex min-w-0 flex-wrap items-center gap-x-2">
      <Link href={`/devices/traffic?device=${one.mac}`} className="break-words hover:text-accent">
        {nameOf(one)}
      </Link>
      {one.mine && <span className="text-label font-normal text-ink-3">{t("admin.thisDevice")}</span>}
      {one.new && (
        <Badge plain state="needs-you" icon="plus">
          {t("admin.deviceNew")}
        </Badge>
      )}
      {one.quarantined && (
        <Badge plain state="needs-you" icon="lock">
          {t("admin.deviceQuarantined")}
        </Badge>
      )}
    </span>
  );
  const seen = (one: Device) =>
    one.here ? (
      <Badge plain state="info" icon="check">
        {t("admin.deviceHere")}
      </Badge>
    ) : (
      <When at={one.lastSeen} />
    );
  const columns: Column<Device>[] = [
    { key: "name", head: t("admin.device"), cell: name, width: "min-w-44" },
    { key: "zone", head: t("admin.zoneChoice"), cell: (one) => <ZoneLabel name={one.zone} />, width: "min-w-28" },
    { key: "addresses", head: t("admin.deviceAddresses"), cell: (one) => <Addresses of={one} />, width: "min-w-36" },
    { key: "mac", head: t("admin.deviceCard"), cell: (one) => <Card of={one} />, width: "min-w-40" },
    { key: "port", head: t("admin.devicePort"), cell: (one) => one.port ?? "", width: "min-w-16" },
    { key: "first", head: t("admin.firstSeen"), cell: (one) => <When at={one.firstSeen} />, width: "min-w-28" },
    { key: "last", head: t("admin.lastSeen"), cell: seen, width: "min-w-28" },
    { key: "menu", head: t("admin.actions"), cell: (one) => <DeviceMenu device={one} name={nameOf(one)} /> },
  ];
  return (
    <SeenPage lead={t("admin.devicesLead")}>
      {counts !== undefined && counts.new > 0 && <NewOnes count={counts.new} onShow={() => chosen.set("show", "new")} shown={show === "new"} />}
      <Filters chosen={chosen} deviceName={null}>
        <div className="min-w-40 max-sm:flex-1">
          <SelectField
            label={t("admin.showChoice")}
            field={{ name: "show", value: show, onValue: (value) => chosen.set("show", value === "all" ? "" : value), error: null }}
            options={SHOWN.map((one) => ({ value: one, label: t(`admin.show.${one}`) }))}
          />
        </div>
      </Filters>
      {query.isPending && <Loading />}
      {query.isError && !query.data && <LoadFailed error={query.error} retry={() => void query.refetch()} />}
      {query.data && counts !== undefined && (
        <>
          <Sheet
            bare
            footer={
              <span role="status" className="tabular-nums">
                {rows.length < counts.chosen ? t("admin.rowsShown", { shown: rows.length, count: counts.chosen }) : t("admin.devicesShown", { count: counts.chosen })}{" "}
                {t("admin.devicesCounts", { all: counts.all, here: counts.here })}
                {counts.all >= counts.room && ` ${t("admin.devicesFull", { count: counts.room })}`}
              </span>
            }
          >
            {rows.length === 0 ? (
              filter !== undefined ? (
                <EmptyState title={t("admin.noMatch")} action={<Button onClick={() => chosen.set(filter, "")}>{t(`admin.drop.${filter}`)}</Button>}>
                  {t("admin.noMatchText")}
                </EmptyState>
              ) : (
                <EmptyState title={t("admin.noDevices")} action={<Button onClick={() => go("/zones")}>{t("admin.zones")}</Button>}>
                  {t("admin.noDevicesText")}
                </EmptyState>
              )
            ) : (
              <Table
                label={t("admin.devices")}
                columns={columns}
                rows={rows}
                rowKey={(one) => one.mac}
                busy={query.isPlaceholderData}
                phone={(one) => ({
                  title: name(one),
                  line: (
                    <>
                      <ZoneLabel name={one.zone} /> · {one.addresses[0] ?? one.mac} · {seen(one)}
                    </>
                  ),
                  aside: <DeviceMenu device={one} name={nameOf(one)} />,
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

/** New devices, until somebody says that he has looked at them. */
function NewOnes(props: { count: number; shown: boolean; onShow: () => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Problem | null>(null);
  const known = async () => {
    setBusy(true);
    setError(null);
    try {
      const { count } = await post<{ count: number }>("/devices/known", { macs: [] });
      toast(t("admin.devicesKnown", { count }));
      await client.invalidateQueries({ queryKey: ["seen"] });
    } catch (problem) {
      setError(problemOf(problem));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Note state="needs-you" role="status">
      <p>{t("admin.devicesNew", { count: props.count })}</p>
      <div className="mt-2 flex flex-wrap gap-2">
        {!props.shown && (
          <Button size="row" onClick={props.onShow}>
            {t("admin.showNew")}
          </Button>
        )}
        <Button size="row" icon="check" busy={busy} onClick={() => void known()}>
          {t("admin.allKnown")}
        </Button>
      </div>
      <Failed problem={error} />
    </Note>
  );
}

function Addresses({ of }: { of: Device }) {
  const [first, ...others] = of.addresses;
  if (first === undefined) return null;
  if (others.length === 0) return <span className="tabular-nums">{first}</span>;
  return (
    <details>
      <summary className="cursor-pointer tabular-nums">
        {first} <span className="text-ink-3">+{others.length}</span>
      </summary>
      {others.map((one) => (
        <div key={one} className="tabular-nums">
          {one}
        </div>
      ))}
    </details>
  );
}

function Card({ of }: { of: Device }) {
  const { t } = useText();
  return (
    <>
      <div className="tabular-nums">{of.mac}</div>
      <div className="text-label text-ink-3">{of.vendor ?? (of.madeUp ? t("admin.cardMadeUp") : t("admin.cardUnknown"))}</div>
    </>
  );
}
