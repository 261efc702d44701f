// What the bell holds. How much of it is unread is asked for again and again, which lengthens no session; the rest when
// that is other than it was.
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { read } from "../../../api/client";
import { isProblem } from "../../../api/problem";
import { useLanguage } from "../../../i18n";
import type { AlertsPage, AlertsUnread } from "../../api";

export const ALERTS = ["alerts"];
const UNREAD = ["alerts-unread"];
const EVERY_MS = 5_000;
const ROWS = 50;

export function useUnread() {
  return useQuery({
    queryKey: UNREAD,
    queryFn: ({ signal }) => read<AlertsUnread>("/alerts/unread", signal),
    refetchInterval: ({ state }) => (isProblem(state.error, "sign-in") ? false : EVERY_MS),
    staleTime: 0,
    retry: false,
  });
}

/** The latest, for as long as somebody looks at them. */
export function useLatest(isOpen: boolean, rows: number) {
  const { language } = useLanguage();
  const query = useQuery({
    queryKey: [...ALERTS, "latest", language],
    queryFn: ({ signal }) => read<AlertsPage>(`/alerts?limit=${rows}`, signal),
    enabled: isOpen,
    staleTime: 0,
  });
  useFresh(isOpen);
  return query;
}

export function useAlerts() {
  const { language } = useLanguage();
  const query = useInfiniteQuery({
    queryKey: [...ALERTS, "all", language],
    initialPageParam: "0",
    queryFn: ({ pageParam, signal }) => read<AlertsPage>(`/alerts?limit=${ROWS}&cursor=${pageParam}`, signal),
    getNextPageParam: (last) => last.next ?? undefined,
    staleTime: 0,
  });
  useFresh(true);
  return query;
}

/** Asks anew when more or fewer are unread than before. */
function useFresh(isOpen: boolean): void {
  const client = useQueryClient();
  const { data } = useUnread();
  const count = data?.unread;
  const before = useRef(count);
  useEffect(() => {
    if (count === before.current) return;
    const isFirst = before.current === undefined;
    before.current = count;
    if (isOpen && !isFirst) void client.invalidateQueries({ queryKey: ALERTS });
  }, [client, count, isOpen]);
}

/** After something was changed here. */
export function useAskAnew(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await Promise.all([client.invalidateQueries({ queryKey: ALERTS }), client.invalidateQueries({ queryKey: UNREAD })]);
  };
}
