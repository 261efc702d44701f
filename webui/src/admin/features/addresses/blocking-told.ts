// What the box knows of its block lists, and what it blocked lately.
import { useQuery } from "@tanstack/react-query";
import { read } from "../../../api/client";
import type { BlockingTold } from "../../api";

export const BLOCKING_TOLD = ["blocking"];
const EVERY = 5_000;

export function useBlockingTold() {
  return useQuery({ queryKey: BLOCKING_TOLD, queryFn: ({ signal }) => read<BlockingTold>("/blocking", signal), refetchInterval: EVERY });
}
