// All changes of the settings, newest first, page after page.
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { read } from "../../../api/client";
import { useLanguage, useText } from "../../../i18n";
import { EmptyState, LoadFailed, Loading } from "../../../ui/async";
import { Button, linkClass } from "../../../ui/button";
import { Actions, Sheet } from "../../../ui/page";
import { When } from "../../../ui/when";
import type { HistoryItem, HistoryPage } from "../../api";
import { useHostNames } from "../../host-name";
import { EVERY_MS } from "../../trial/brief";
import { HISTORY } from "../../trial/state";
import { Outcome } from "./outcome";

/** Sentences shown of a change; the others are on its page. */
const SHOWN = 3;

export function useHistory() {
  const { language } = useLanguage();
  return useInfiniteQuery({
    queryKey: [HISTORY, language],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => read<HistoryPage>(`/settings/history${pageParam === null ? "" : `?cursor=${encodeURIComponent(pageParam)}`}`, signal),
    getNextPageParam: (last) => last.next ?? undefined,
    // What became of a change is written down a moment after it is over; what others change is learned of now and then.
    refetchInterval: ({ state }) => (state.data?.pages.some((page) => page.items.some((one) => one.outcome === "trying")) ? EVERY_MS : (state.data?.pages.length ?? 0) > 1 ? false : 5 * EVERY_MS),
  });
}

export function History({ query }: { query: ReturnType<typeof useHistory> }) {
  const { t } = useText();
  const all = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.data === undefined) return query.isError && !query.isFetching ? <LoadFailed error={query.error} retry={() => void query.refetch()} /> : <Loading />;
  return (
    <>
      <Sheet title={t("admin.history")} bare footer={all.length === 0 ? undefined : query.hasNextPage ? t("admin.changesLoaded", { count: all.length }) : t("admin.changesAll", { count: all.length })}>
        {all.length === 0 ? (
          <EmptyState title={t("admin.historyEmpty")}>{t("admin.historyEmptyWhy")}</EmptyState>
        ) : (
          <ol aria-label={t("admin.history")}>
            {all.map((item) => (
              <Row key={item.id} item={item} />
            ))}
          </ol>
        )}
      </Sheet>
      {query.isFetchNextPageError && <LoadFailed error={query.error} retry={() => void query.fetchNextPage()} />}
      {query.hasNextPage && !query.isFetchNextPageError && (
        <Actions>
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("admin.olderChanges")}
          </Button>
        </Actions>
      )}
    </>
  );
}

function Row({ item }: { item: HistoryItem }) {
  const { t } = useText();
  const { both } = useHostNames();
  const [first = t("admin.noWords"), ...others] = item.words.slice(0, SHOWN).map(both);
  const more = item.words.length - SHOWN;
  return (
    <li className="grid gap-x-6 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 sm:grid-cols-[minmax(0,1fr)_auto] sm:px-5">
      <div className="min-w-0 text-body">
        <p className="break-words">
          <Link href={`/settings/change/${encodeURIComponent(item.id)}`} className={linkClass}>
            {first}
          </Link>
        </p>
        {others.map((one, index) => (
          <p key={index} className="break-words">
            {one}
          </p>
        ))}
        {more > 0 && <p className="text-ink-2">{t("admin.moreWords", { count: more })}</p>}
        <By item={item} />
      </div>
      <div>
        <Outcome item={item} />
      </div>
    </li>
  );
}

/** When, who, why. */
function By({ item }: { item: HistoryItem }) {
  const { t } = useText();
  const parts: ReactNode[] = [<When key="at" at={item.at} />, item.by ?? t("admin.byBox"), ...(item.reason === "" ? [] : [t("admin.quoted", { text: item.reason })])];
  return (
    <p className="mt-0.5 flex flex-wrap gap-x-3 text-row text-ink-3">
      {parts.map((part, index) => (
        <span key={index} className="min-w-0 break-words">
          {part}
        </span>
      ))}
    </p>
  );
}
