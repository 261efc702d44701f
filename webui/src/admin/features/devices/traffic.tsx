// Traffic of the last hour, of zones and of devices, and the ports of the box with their links.
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { read } from "../../../api/client";
import { useLanguage, useText } from "../../../i18n";
import { EmptyState, Loaded } from "../../../ui/async";
import { Badge } from "../../../ui/badge";
import { ButtonLink } from "../../../ui/button";
import { Sheet } from "../../../ui/page";
import { type Column, Table } from "../../../ui/table";
import type { DevicesPage, DeviceTraffic, Links, Port, Traffic } from "../../api";
import { useZoneName, ZoneLabel } from "../../zone";
import { bytesText } from "../../../ui/amount";
import { TrafficChart } from "./chart";
import { useDeviceName } from "./names";
import { HOME, SeenPage, useChosen } from "./seen";
import { sumOf } from "./trend";

const FRESH_MS = 15_000;

export function TrafficPage() {
  const { t } = useText();
  const chosen = useChosen();
  const device = chosen.get("device");
  return (
    <SeenPage
      lead={t("admin.trafficLead")}
      actions={
        device !== "" && (
          <ButtonLink icon="cross" href={`${HOME}/traffic`}>
            {t("admin.allZones")}
          </ButtonLink>
        )
      }
    >
      {device === "" ? (
        <>
          <Zones />
          <Ports />
        </>
      ) : (
        <OneDevice mac={device} />
      )}
    </SeenPage>
  );
}

function useTraffic(device: string) {
  return useQuery({
    queryKey: ["traffic", device],
    queryFn: ({ signal }) => read<Traffic>(device === "" ? "/traffic" : `/traffic?device=${encodeURIComponent(device)}`, signal),
    refetchInterval: FRESH_MS,
  });
}

function Zones() {
  const { t } = useText();
  const { language } = useLanguage();
  const name = useZoneName();
  const query = useTraffic("");
  return (
    <Loaded query={query}>
      {({ until, series, most }) => (
        <>
          <Sheet title={t("admin.trafficZones")} bare>
            {until === null || series.every((one) => one.down.length === 0) ? (
              <EmptyState title={t("admin.noTraffic")}>{t("admin.noTrafficText")}</EmptyState>
            ) : (
              <ul aria-label={t("admin.trafficZones")} className="grid lg:grid-cols-2">
                {series.map((one) => (
                  <li key={one.zone} className="min-w-0 border-b border-line px-4 py-3 sm:px-5">
                    <p className="mb-2 flex flex-wrap items-baseline justify-between gap-x-3 font-semibold">
                      <ZoneLabel name={one.zone} />
                      <span className="text-row font-normal text-ink-3 tabular-nums">{t("admin.trafficSum", { down: bytesText(sumOf(one.down), language), up: bytesText(sumOf(one.up), language) })}</span>
                    </p>
                    <TrafficChart name={name(one.zone)} series={one} until={until} />
                  </li>
                ))}
              </ul>
            )}
          </Sheet>
          {most.length > 0 && <Most most={most} />}
        </>
      )}
    </Loaded>
  );
}

function Most({ most }: { most: DeviceTraffic[] }) {
  const { t } = useText();
  const { language } = useLanguage();
  const link = (one: DeviceTraffic) => (
    <Link href={`${HOME}/traffic?device=${one.mac}`} className="hover:text-accent">
      {one.name ?? one.mac}
    </Link>
  );
  const columns: Column<DeviceTraffic>[] = [
    { key: "name", head: t("admin.device"), cell: link, width: "min-w-40" },
    { key: "zone", head: t("admin.zoneChoice"), cell: (one) => <ZoneLabel name={one.zone} />, width: "min-w-28" },
    { key: "down", head: t("admin.down"), cell: (one) => bytesText(one.down, language), number: true },
    { key: "up", head: t("admin.up"), cell: (one) => bytesText(one.up, language), number: true },
  ];
  return (
    <Sheet title={t("admin.trafficMost")} bare footer={t("admin.trafficMostHow")}>
      <Table
        label={t("admin.trafficMost")}
        columns={columns}
        rows={most}
        rowKey={(one) => one.mac}
        phone={(one) => ({ title: link(one), line: <ZoneLabel name={one.zone} />, aside: `${bytesText(one.down, language)} / ${bytesText(one.up, language)}` })}
      />
    </Sheet>
  );
}

function OneDevice({ mac }: { mac: string }) {
  const { t } = useText();
  const { language } = useLanguage();
  const nameOf = useDeviceName();
  const known = useQuery({ queryKey: ["seen", "/devices", "one", mac], queryFn: ({ signal }) => read<DevicesPage>(`/devices?device=${encodeURIComponent(mac)}`, signal) });
  const query = useTraffic(mac);
  const device = known.data?.items[0];
  const name = device === undefined ? mac : nameOf(device);
  return (
    <Loaded query={query}>
      {({ until, series }) => {
        const [one] = series;
        const total = one === undefined ? 0 : sumOf(one.down) + sumOf(one.up);
        return (
          <Sheet title={name} aside={device && <ZoneLabel name={device.zone} />} footer={t("admin.trafficMostHow")}>
            {one === undefined || until === null || total === 0 ? (
              <EmptyState title={t("admin.noTraffic")} action={<ButtonLink href={`${HOME}/connections?device=${mac}`}>{t("admin.showConnections")}</ButtonLink>}>
                {t("admin.noDeviceTraffic")}
              </EmptyState>
            ) : (
              <>
                <p className="mb-2 text-row text-ink-2 tabular-nums">{t("admin.trafficSum", { down: bytesText(sumOf(one.down), language), up: bytesText(sumOf(one.up), language) })}</p>
                <TrafficChart name={name} series={one} until={until} />
              </>
            )}
          </Sheet>
        );
      }}
    </Loaded>
  );
}

function Ports() {
  const { t } = useText();
  const { language } = useLanguage();
  const query = useQuery({ queryKey: ["links"], queryFn: ({ signal }) => read<Links>("/links", signal), refetchInterval: FRESH_MS });
  const state = (one: Port) => (
    <Badge plain state={one.linked ? "info" : "unknown"} icon={one.linked ? "check" : undefined}>
      {t(one.interface === null ? "admin.portNoCard" : one.linked ? "admin.line.linked" : "admin.line.unplugged")}
    </Badge>
  );
  const speed = (one: Port) => (one.speed === null ? "" : t(one.fullDuplex === false ? "admin.speedHalf" : "admin.speed", { speed: one.speed }));
  const columns: Column<Port>[] = [
    { key: "name", head: t("admin.devicePort"), cell: (one) => one.name, width: "min-w-24" },
    { key: "zones", head: t("admin.zones"), cell: (one) => <Carried zones={one.zones} />, width: "min-w-32" },
    { key: "state", head: t("admin.cable"), cell: state, width: "min-w-32" },
    { key: "speed", head: t("admin.speedHead"), cell: speed, number: true },
    { key: "received", head: t("admin.portIn"), cell: (one) => bytesText(one.received, language), number: true },
    { key: "sent", head: t("admin.portOut"), cell: (one) => bytesText(one.sent, language), number: true },
    { key: "errors", head: t("admin.portErrors"), cell: (one) => (one.errors > 0 ? <span className="text-warn">{t("admin.number", { count: one.errors })}</span> : 0), number: true },
    { key: "changes", head: t("admin.portChanges"), cell: (one) => one.changes ?? "", number: true },
    { key: "devices", head: t("admin.devices"), cell: (one) => one.devices, number: true },
  ];
  return (
    <Loaded query={query}>
      {({ ports }) => (
        <Sheet title={t("admin.portsTitle")} bare footer={t("admin.portsHow")}>
          {ports.length === 0 ? (
            <EmptyState title={t("admin.noPorts")}>{t("admin.noPortsText")}</EmptyState>
          ) : (
            <Table
              label={t("admin.portsTitle")}
              columns={columns}
              rows={ports}
              rowKey={(one) => one.name}
              phone={(one) => ({
                title: one.name,
                line: (
                  <>
                    {state(one)} {speed(one)} <Carried zones={one.zones} />
                    {one.errors > 0 && <span className="block text-warn">{t("admin.portErrorsSaid", { count: one.errors })}</span>}
                  </>
                ),
                aside: t("admin.devicesCount", { count: one.devices }),
              })}
            />
          )}
        </Sheet>
      )}
    </Loaded>
  );
}

function Carried({ zones }: { zones: string[] }) {
  return (
    <span className="inline-flex flex-wrap gap-x-3">
      {zones.map((zone) => (
        <ZoneLabel key={zone} name={zone} />
      ))}
    </span>
  );
}
