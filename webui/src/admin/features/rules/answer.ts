// What `GET /rules` says of the rules in force.
import { useQuery } from "@tanstack/react-query";
import { read } from "../../../api/client";
import { useLanguage } from "../../../i18n";

export interface Remark {
  kind: "shadowed" | "redundant" | "unused" | "ipv4_only" | "policy_does_it" | "off_hours";
  /** The other rule that it is about. */
  rule: number | null;
  text: string;
}

export interface RuleNow {
  id: number;
  sentence: string;
  on: boolean;
  hits: number;
  last_hit: string | null;
  counted_since: string;
  remarks: Remark[];
}

export interface KnownService {
  name: string;
  ways: string[];
}

export interface RulesNow {
  rules: RuleNow[];
  known_services: KnownService[];
  time_zones: string[];
  default_time_zone: string | null;
}

const EVERY_MS = 10_000;

export function useRulesNow() {
  const { language } = useLanguage();
  return useQuery({ queryKey: ["rules", language], queryFn: ({ signal }) => read<RulesNow>("/rules", signal), refetchInterval: EVERY_MS });
}
