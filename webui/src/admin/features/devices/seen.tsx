// What the four views of the network have in common: the title, the way from one to the other, what is chosen in the
// address, and a list that comes page after page and stays fresh.
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useLocation, useSearchParams } from "wouter";
import { read } from "../../../api/client";
import { useLanguage, useText } from "../../../i18n";
import { Loaded, LoadFailed } from "../../../ui/async";
import { Button } from "../../../ui/button";
import { SelectField } from "../../../ui/field";
import { Page } from "../../../ui/page";
import { Search } from "../../../ui/search";
import { Views } from "../../../ui/views";
import type { Zones } from "../../api";
import { useTrial } from "../../trial/provider";
import { useZoneName } from "../../zone";

const ROWS = 50;
const FIND_MOST = 100;
const FRESH_MS = 10_000;
/** More pages than these are not asked for again and again: they are read, not watched. */
const WATCHED_PAGES = 2;

export const HOME = "/devices";
const TABS = [
  { href: HOME, key: "admin.tab.devices" },
  { href: `${HOME}/connections`, key: "admin.tab.connections" },
  { href: `${HOME}/refused`, key: "admin.tab.refused" },
  { href: `${HOME}/traffic`, key: "admin.tab.traffic" },
] as const;

export function SeenPage(props: { lead: string; actions?: ReactNode; children: ReactNode }) {
  const { t } = useText();
  const [location] = useLocation();
  const { query } = useTrial();
  const here = TABS.find((tab) => tab.href === location) ?? TABS[0];
  return (
    <Page title={here.href === HOME ? t("admin.devices") : t(here.key)} lead={props.lead} actions={props.actions}>
      <Views label={t("admin.devices")} at={here.href} views={TABS.map(({ href, key }) => ({ href, text: t(key) }))} />
      {/* What zones are called stands in the settings. */}
      <Loaded query={query}>{() => props.children}</Loaded>
    </Page>
  );
}

/** What is chosen, as it stands in the address. */
export function useChosen() {
  const [params, setParams] = useSearchParams();
  const get = (name: string) => params.get(name) ?? "";
  const set = (name: string, value: string) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === "") next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  return { get, set };
}

interface Listed<R> {
  items: R[];
  next: string | null;
}

/** A list of the box's, filtered there. `wanted`: parameters, empty ones left out. */
export function useSeen<P extends Listed<unknown>>(path: string, wanted: Record<string, string>) {
  const given = Object.entries(wanted).filter(([, value]) => value !== "");
  return useInfiniteQuery({
    queryKey: ["seen", path, given],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams([...given, ["limit", String(ROWS)]]);
      if (pageParam !== null) query.set("cursor", pageParam);
      return read<P>(`${path}?${query}`, signal);
    },
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > WATCHED_PAGES ? false : FRESH_MS),
  });
}

export function More(props: { query: { hasNextPage: boolean; isFetchingNextPage: boolean; isFetchNextPageError: boolean; error: unknown; fetchNextPage: () => unknown } }) {
  const { t } = useText();
  const { query } = props;
  if (query.isFetchNextPageError) return <LoadFailed error={query.error} retry={() => void query.fetchNextPage()} />;
  if (!query.hasNextPage) return null;
  return (
    <div className="max-sm:grid">
      <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {t("admin.showMore")}
      </Button>
    </div>
  );
}

/** Search, zone, and the device that a list is narrowed to; `children`: what else is chosen. */
export function Filters(props: { chosen: ReturnType<typeof useChosen>; deviceName: string | null; children?: ReactNode }) {
  const { t } = useText();
  const { get, set } = props.chosen;
  const device = get("device");
  return (
    <div className="flex flex-wrap items-end gap-3">
      <Search
        label={t("admin.find")}
        hint={t("admin.findHint")}
        most={FIND_MOST}
        tooLong={(has) => t("admin.searchLong", { most: FIND_MOST, has })}
        value={get("find")}
        error={null}
        onValue={(value) => set("find", value)}
      />
      <ZoneChoice value={get("zone")} onValue={(value) => set("zone", value)} />
      {props.children}
      {device !== "" && (
        <Button icon="cross" onClick={() => set("device", "")}>
          <span className="max-w-60 truncate">{t("admin.onlyDevice", { name: props.deviceName ?? device })}</span>
        </Button>
      )}
    </div>
  );
}

function ZoneChoice(props: { value: string; onValue: (value: string) => void }) {
  const { t } = useText();
  const { language } = useLanguage();
  const name = useZoneName();
  const zones = useQuery({ queryKey: ["zones", language], queryFn: ({ signal }) => read<Zones>("/zones", signal) });
  const known = zones.data?.zones.map((zone) => zone.name) ?? [];
  const all = props.value === "" || known.includes(props.value) ? known : [...known, props.value];
  return (
    <div className="min-w-40 max-sm:flex-1">
      <SelectField
        label={t("admin.zoneChoice")}
        field={{ name: "zone", value: props.value, onValue: props.onValue, error: null }}
        options={[{ value: "", label: t("admin.allZones") }, ...all.map((zone) => ({ value: zone, label: name(zone) }))]}
      />
    </div>
  );
}
