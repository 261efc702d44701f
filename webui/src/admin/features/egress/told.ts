// What the box knows of its destinations: what names are, how often each was used, what is asked for.
import { useQuery } from "@tanstack/react-query";
import { read } from "../../../api/client";
import type { EgressTold } from "../../api";

export const TOLD = ["egress"];
const EVERY = 10_000;

export function useTold() {
  return useQuery({ queryKey: TOLD, queryFn: ({ signal }) => read<EgressTold>("/egress", signal), refetchInterval: EVERY });
}
