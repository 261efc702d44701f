// Who did what, newest first. The same for both apps; each shows its own log only.
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, use, useState } from "react";
import { BASE, read } from "../api/client";
import type { LogEntry, LogPage as LogAnswer } from "../api/shared";
import { useLanguage, useText } from "../i18n";
import { formatSpan } from "../i18n/when";
import { EmptyState, LoadFailed, Loading } from "./async";
import { Badge } from "./badge";
import { Button, buttonClass } from "./button";
import { classes } from "./classes";
import { SelectField } from "./field";
import { Icon } from "./icons";
import { erasedWhy, isAttack, needsLook, packetTried, passwordWasRight, said, tried, triesBefore } from "./log-reason";
import { ShownHead, TakeHead, useLogHead } from "./log-head";
import { Actions, Page, Sheet } from "./page";
import { type Column, Table } from "./table";
import { TimeZone, When } from "./when";

const PAGE = 100;
/** Names shown of an entry; the rest unfolds. */
const NAMES = 3;
/** Of an entry for all that came on top of those with one each. */
const COUNTED = "counted";
/** Tables whose records have a name as long as they are there. */
const HAVE_NAMES: LogEntry["records"][number]["table"][] = ["accounts", "contacts"];

/** The log of the application. `words`: codes that read otherwise in this one; `note`: what is to be known of all of it. */
export function LogPage({ words = {}, note }: { words?: Record<string, string>; note?: ReactNode }) {
  const { t, find } = useText();
  const { language } = useLanguage();
  const zone = use(TimeZone);
  const [action, setAction] = useState("");
  const head = useLogHead();
  const query = useInfiniteQuery({
    queryKey: ["log"],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      read<LogAnswer>(`/log?limit=${PAGE}${pageParam === null ? "" : `&cursor=${encodeURIComponent(pageParam)}`}`, signal),
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const all = query.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = action === "" ? all : all.filter((one) => one.action === action);
  const word = (code: string) => find(`log.action.${words[code] ?? code}`) ?? code;
  const namesOf = (one: LogEntry) => {
    // Of who was erased there is the number alone.
    const erased = one.records.filter((record) => record.table === "erased");
    if (erased.length > 0) return erased.map((record) => t("log.contactNumber", { id: record.id }));
    const named = one.records.filter((record) => record.label !== null || HAVE_NAMES.includes(record.table));
    // An account and its authenticator app are two records of one id.
    return [...new Map(named.map((record) => [record.id, record.label ?? t("log.gone")])).values()];
  };
  const who = (one: LogEntry) => {
    if (one.actor !== null) return one.actor.name;
    // Without an address it is the box itself, unless it tells of somebody who was refused.
    const byTheBox = one.address === null && one.outcome === "allowed" && !isAttack(one);
    return byTheBox ? t("log.nobody") : t("log.unsigned");
  };
  const why = (one: LogEntry) => {
    if (one.reason === null || one.reason === COUNTED) return null;
    const erased = erasedWhy(one);
    if (erased !== null) {
      const words = find(`log.erased.${erased.code}`) ?? erased.code;
      return erased.note === null ? words : t("log.erasedNote", { reason: words, note: erased.note });
    }
    // What it is called, for it has no other name in the log once it is removed.
    if (one.outcome === "allowed" && (one.action.startsWith("alert-target-") || one.action.startsWith("copy-"))) return one.reason;
    if (one.outcome === "allowed") return find(`log.came.${one.reason}`);
    const asked = tried(one);
    if (asked !== null) return t(asked.key, asked.what === null ? {} : { what: t(asked.what) });
    return find(`log.reason.${one.reason}`) ?? (one.reason.includes("/") ? one.reason : null);
  };
  const about = (one: LogEntry) => {
    if (one.reason === COUNTED) return t("log.counted", { count: one.count });
    const tries = triesBefore(one);
    if (tries === "untimed") return t("log.triesUntimed", { count: one.count });
    if (tries !== null) return t("log.tries", { count: one.count, ...formatSpan(tries.first, tries.last, new Date(), language, zone) });
    const packet = packetTried(one);
    if (packet !== null) return t(packet.key, { from: packet.from, to: packet.to, what: packet.what });
    const words = said(one);
    // Those of a kind that is not counted came one at a time.
    if (words !== null) return t(words, { count: Math.max(one.count, 1) });
    const names = namesOf(one);
    if (names.length === 0) return one.count > 0 ? t("log.records", { count: one.count }) : "";
    const first = names.slice(0, NAMES).join(t("ui.listGap"));
    return names.length <= NAMES ? first : t("log.andMore", { names: first, count: names.length - NAMES });
  };
  const aboutAll = (one: LogEntry) => {
    const names = namesOf(one);
    if (names.length <= NAMES) return about(one);
    return (
      <details>
        <summary className="cursor-pointer">{about(one)}</summary>
        <p className="mt-1">{names.slice(NAMES).join(t("ui.listGap"))}</p>
      </details>
    );
  };
  const outcomes: Record<LogEntry["outcome"], ReactNode> = {
    allowed: <Badge plain state="unknown" icon="check">{t("log.allowed")}</Badge>,
    refused: <Badge plain state="open">{t("log.refused")}</Badge>,
    missing: <Badge plain state="unknown">{t("log.missing")}</Badge>,
  };
  const badge = (one: LogEntry) => {
    if (isAttack(one)) return outcomes.refused;
    if (needsLook(one)) return <Badge plain state="needs-you">{t("log.attention")}</Badge>;
    return outcomes[one.outcome];
  };
  const reason = (one: LogEntry) => {
    const text = why(one);
    if (text === null) return null;
    return <div className={classes("text-label", passwordWasRight(one) ? "font-medium text-bad" : "text-ink-3")}>{text}</div>;
  };
  const outcome = (one: LogEntry) => (
    <>
      {badge(one)}
      {reason(one)}
    </>
  );
  const columns: Column<LogEntry>[] = [
    { key: "action", head: t("log.what"), cell: (one) => word(one.action), width: "min-w-44" },
    { key: "at", head: t("log.when"), cell: (one) => <When at={one.at} />, width: "min-w-36" },
    { key: "actor", head: t("log.who"), cell: who, width: "min-w-28" },
    { key: "about", head: t("log.about"), cell: aboutAll, width: "min-w-36" },
    { key: "outcome", head: t("log.outcome"), cell: outcome, width: "min-w-32" },
    { key: "address", head: t("log.from"), cell: (one) => <span title={one.device ?? undefined} className="break-all">{one.address ?? ""}</span>, width: "min-w-36" },
    { key: "seq", head: t("log.number"), cell: (one) => one.seq, number: true },
  ];
  const codes = [...new Set(all.map((one) => one.action))].sort();
  return (
    <Page
      title={t("log.title")}
      lead={t("log.lead")}
      actions={
        <>
          <TakeHead head={head} />
          <a href={`${BASE}/log/export`} download className={buttonClass({})}>
            <Icon name="download" />
            {t("log.export")}
          </a>
        </>
      }
    >
      {note}
      <ShownHead head={head} />
      {query.isPending && <Loading />}
      {query.isError && !query.data && <LoadFailed error={query.error} retry={() => void query.refetch()} />}
      {query.data && (
        <>
          <div className="max-w-72">
            <SelectField
              label={t("log.filter")}
              field={{ name: "action", value: action, onValue: setAction, error: null }}
              options={[{ value: "", label: t("log.everything") }, ...codes.map((code) => ({ value: code, label: word(code) }))]}
            />
          </div>
          <Sheet bare footer={query.hasNextPage ? t("log.loaded", { count: all.length }) : t("log.all", { count: all.length })}>
            {shown.length === 0 ? (
              <EmptyState title={t("log.empty")}>{t("log.emptyWhy")}</EmptyState>
            ) : (
              <Table
                label={t("log.title")}
                columns={columns}
                rows={shown}
                rowKey={(one) => String(one.seq)}
                phone={(one) => ({
                  title: word(one.action),
                  line: (
                    <>
                      {[who(one), about(one), one.address].filter(Boolean).join(" · ")}
                      {reason(one)}
                    </>
                  ),
                  aside: (
                    <>
                      <When at={one.at} />
                      <div>{badge(one)}</div>
                    </>
                  ),
                })}
              />
            )}
          </Sheet>
          {query.isFetchNextPageError && <LoadFailed error={query.error} retry={() => void query.fetchNextPage()} />}
          {query.hasNextPage && !query.isFetchNextPageError && (
            <Actions>
              <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t("log.older")}
              </Button>
            </Actions>
          )}
        </>
      )}
    </Page>
  );
}
