// The addresses that the box gave out and that are still good: searched, page after page, each fixed in one click.
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useLocation, useSearchParams } from "wouter";
import { read } from "../../../api/client";
import { isProblem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { EmptyState, LoadFailed, Loading } from "../../../ui/async";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { SelectField } from "../../../ui/field";
import { Sheet } from "../../../ui/page";
import { Search } from "../../../ui/search";
import { type Column, Table } from "../../../ui/table";
import { When } from "../../../ui/when";
import type { Lease, Leases, SettingsDocument } from "../../api";
import { Waiting } from "../../review/prepared";
import { useTrial } from "../../trial/provider";
import { useZoneName, ZoneLabel } from "../../zone";
import { AddressesPage, LENT, REVIEW, useEdits } from "./frame";
import { edited, editOf, fixedOf, pendingOf, rowsOf, zonesOf } from "./reservations";

const PAGE = 100;
const SEARCH_MOST = 100;
const AGAIN_MS = 15_000;
/** More pages than this are not asked for again by themselves. */
const AGAIN_PAGES = 3;
const NOTHING: SettingsDocument = {};

export function LentPage() {
  const { t } = useText();
  const zoneName = useZoneName();
  const [, go] = useLocation();
  const [params, setParams] = useSearchParams();
  const { query: settings } = useTrial();
  const { edits, keep } = useEdits();
  const search = params.get("search") ?? "";
  const zone = params.get("zone") ?? "";
  const change = (name: string, value: string) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === "") next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  const query = useInfiniteQuery({
    queryKey: ["leases", zone, search],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const wanted = new URLSearchParams({ limit: String(PAGE) });
      if (zone !== "") wanted.set("zone", zone);
      if (search !== "") wanted.set("search", search);
      if (pageParam !== null) wanted.set("cursor", pageParam);
      return read<Leases>(`/leases?${wanted}`, signal);
    },
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > AGAIN_PAGES ? false : AGAIN_MS),
  });
  const document = settings.data?.document ?? NOTHING;
  const zones = zonesOf(document);
  const pending = pendingOf(document, edits);
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const total = query.data?.pages.at(-1)?.total ?? 0;
  const isFiltered = search !== "" || zone !== "";
  const fix = (lease: Lease) => {
    keep(edited(edits, editOf(lease, rowsOf(document, edits))));
    go(REVIEW);
  };
  const isPending = (lease: Lease) => pending.some((one) => one.zone === lease.zone && one.mac === lease.mac);
  const action = (lease: Lease) => {
    if (isPending(lease)) return <Badge plain state="needs-you" icon="clock">{t("admin.dhcp.prepared")}</Badge>;
    if (lease.fixed) return <Badge plain state="info" icon="check">{t("admin.dhcp.isFixed")}</Badge>;
    return (
      <Button size="row" onClick={() => fix(lease)} aria-label={t("admin.dhcp.fixNamed", { name: lease.name ?? lease.address })}>
        {t("admin.dhcp.fix")}
      </Button>
    );
  };
  const until = (lease: Lease) => (lease.expires === null ? t("admin.dhcp.forEver") : <When at={lease.expires} />);
  const name = (lease: Lease) => lease.name ?? <span className="font-normal text-ink-3">{t("admin.dhcp.noName")}</span>;
  const columns: Column<Lease>[] = [
    { key: "name", head: t("admin.dhcp.name"), cell: name, width: "min-w-40" },
    { key: "address", head: t("admin.dhcp.address"), cell: (one) => <span className="tabular-nums">{one.address}</span>, width: "min-w-32" },
    { key: "zone", head: t("admin.dhcp.zone"), cell: (one) => <ZoneLabel name={one.zone} />, width: "min-w-28" },
    { key: "mac", head: t("admin.dhcp.mac"), cell: (one) => <span className="whitespace-nowrap tabular-nums">{one.mac}</span>, width: "min-w-40" },
    { key: "until", head: t("admin.dhcp.until"), cell: until, width: "min-w-32" },
    { key: "fixed", head: t("admin.dhcp.fixed"), cell: action, width: "min-w-32" },
  ];
  return (
    <AddressesPage at={LENT} counts={{ lent: isFiltered ? undefined : query.data && total, fixed: settings.data && fixedOf(document).length }}>
      {pending.length > 0 && (
        <Waiting review={REVIEW} onDrop={() => keep([])}>
          {t("admin.dhcp.pending", { count: pending.length })}
        </Waiting>
      )}
      <div className="flex flex-wrap items-end gap-3">
        <Search
          label={t("admin.dhcp.search")}
          hint={t("admin.dhcp.searchHint")}
          most={SEARCH_MOST}
          tooLong={(has) => t("admin.searchLong", { most: SEARCH_MOST, has })}
          value={search}
          error={isProblem(query.error) ? (query.error.errors.find((one) => one.field === "/search")?.message ?? null) : null}
          onValue={(value) => change("search", value)}
        />
        <div className="w-full sm:w-48">
          <SelectField
            label={t("admin.dhcp.zone")}
            field={{ name: "zone", value: zone, onValue: (value) => change("zone", value), error: null }}
            options={[{ value: "", label: t("admin.dhcp.allZones") }, ...zones.map((one) => ({ value: one.name, label: zoneName(one.name) }))]}
          />
        </div>
      </div>
      {query.isPending && <Loading />}
      {query.isError && !query.data && <LoadFailed error={query.error} retry={() => void query.refetch()} />}
      {query.data && (
        <Sheet bare footer={<span role="status">{rows.length < total ? t("admin.dhcp.shown", { shown: rows.length, count: total }) : t("admin.dhcp.allShown", { count: total })}</span>}>
          {rows.length === 0 ? (
            isFiltered ? (
              <EmptyState title={t("admin.dhcp.noMatch")} action={<Button onClick={() => change(search !== "" ? "search" : "zone", "")}>{t(search !== "" ? "admin.dhcp.dropSearch" : "admin.dhcp.dropZone")}</Button>}>
                {t("admin.dhcp.noMatchText")}
              </EmptyState>
            ) : (
              <EmptyState title={t("admin.dhcp.none")}>{t("admin.dhcp.noneText")}</EmptyState>
            )
          ) : (
            <Table
              label={t("admin.dhcp.lent")}
              columns={columns}
              rows={rows}
              rowKey={(one) => `${one.zone}/${one.address}`}
              busy={query.isPlaceholderData}
              phone={(one) => ({ title: name(one), line: [one.address, zoneName(one.zone), one.mac].join(" · "), aside: action(one) })}
            />
          )}
        </Sheet>
      )}
      {query.isFetchNextPageError && <LoadFailed error={query.error} retry={() => void query.fetchNextPage()} />}
      {query.hasNextPage && !query.isFetchNextPageError && (
        <div className="max-sm:grid">
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("admin.dhcp.more")}
          </Button>
        </div>
      )}
    </AddressesPage>
  );
}
