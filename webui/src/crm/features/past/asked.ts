// What the box says of the copy that somebody looks into, asked for again while anything is under way.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { read } from "../../../api/client";
import type { Past } from "../../api";

export const PAST = "/copies/past";
const KEY = ["past"];
export const pastContactsKey = (since: string, search: string, from: number, count: number) => [...KEY, "contacts", since, search, from, count];
export const pastContactKey = (id: string) => [...KEY, "contact", id];
const SOON_MS = 1_000;

export function usePast() {
  return useQuery({
    queryKey: [...KEY, "now"],
    queryFn: ({ signal }) => read<Past>("/past", signal),
    refetchInterval: ({ state }) => (isBusy(state.data) ? SOON_MS : false),
  });
}

export function usePastAnew() {
  const client = useQueryClient();
  return useCallback(() => client.invalidateQueries({ queryKey: KEY }), [client]);
}

/** Nothing else can be begun meanwhile. */
export function isBusy(past: Past | undefined): boolean {
  return past?.state === "restoring" || past?.all?.over === false;
}
