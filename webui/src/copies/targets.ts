// What the box says of targets of copies, asked for again while anything is under way.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { read } from "../api/client";
import type { CopyTarget, CopyTargets } from "./api";

export const COPIES = "/copies";
const KEY = ["copies"];
/** While something is under way, and else. */
const [SOON_MS, LATER_MS] = [2_000, 20_000];

export function useCopyTargets() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => read<CopyTargets>("/copies", signal),
    refetchInterval: ({ state }) => (state.data?.items.some(isBusy) === true ? SOON_MS : LATER_MS),
  });
}

export function useCopyTargetsAnew() {
  const client = useQueryClient();
  return useCallback(() => client.invalidateQueries({ queryKey: KEY }), [client]);
}

/** Something is done there now, or is about to be: nothing is known of it yet. */
function isBusy(one: CopyTarget): boolean {
  return one.doing !== null || (one.good === null && one.failing === null);
}

/** What the CRM's copies need from somebody, the worst first. */
export function stateOf(one: CopyTarget): "failing" | "late" | "never" | "good" {
  if (one.failing !== null) return "failing";
  if (one.good === null) return "never";
  return one.late ? "late" : "good";
}
