// What others do to the settings, and the box by itself, shows within seconds while a page is looked at.
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { isProblem } from "../../api/problem";
import { askAnewUnasked, askBrief, type Known } from "./state";

export const EVERY_MS = 3_000;

export function useBrief(query: UseQueryResult<Known>): void {
  const client = useQueryClient();
  const { data: known, isFetching } = query;
  const brief = useQuery({
    queryKey: ["settings-brief"],
    queryFn: ({ signal }) => askBrief(signal),
    refetchInterval: ({ state }) => (isProblem(state.error, "sign-in") ? false : EVERY_MS),
    staleTime: 0,
    retry: false,
  });
  const { data: now, dataUpdatedAt } = brief;
  const isNews = now !== undefined && known !== undefined && (now.etag !== known.etag || now.trial !== (known.trial?.id ?? null));
  const seen = useRef(0);
  useEffect(() => {
    // Of each answer once: while what is known is being asked for, it is older than that.
    if (!isNews || isFetching || seen.current === dataUpdatedAt) return;
    seen.current = dataUpdatedAt;
    void askAnewUnasked(client);
  }, [client, dataUpdatedAt, isFetching, isNews]);
}
