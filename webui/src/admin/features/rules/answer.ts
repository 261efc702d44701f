// What `GET /rules` says of the rules in force.
import { useQuery } from "@tanstack/react-query";
import { read } from "../../../api/client";
import { useLanguage } from "../../../i18n";
import type { RulesTold, TimeZones } from "../../api";

export type RulesNow = RulesTold;
export type RuleNow = RulesNow["rules"][number];
export type Remark = RuleNow["remarks"][number];
export type KnownService = RulesNow["knownServices"][number];

const EVERY_MS = 10_000;

/** They change with the box's software alone. */
export function useTimeZones() {
  return useQuery({ queryKey: ["time-zones"], queryFn: ({ signal }) => read<TimeZones>("/time-zones", signal), staleTime: Infinity });
}

export function useRulesNow() {
  const { language } = useLanguage();
  return useQuery({ queryKey: ["rules", language], queryFn: ({ signal }) => read<RulesNow>("/rules", signal), refetchInterval: EVERY_MS });
}
