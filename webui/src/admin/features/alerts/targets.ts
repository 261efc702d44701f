// Who is told, as the box knows them. Asked again soon while a message is on its way, for somebody waits for the answer.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { read } from "../../../api/client";
import { useLanguage } from "../../../i18n";
import type { AlertTarget, AlertTargets } from "../../api";

const KEY = ["alert-targets"];
const FRESH_MS = 15_000;
const SOON_MS = 1_500;

export function useTargets() {
  const { language } = useLanguage();
  return useQuery({
    queryKey: [...KEY, language],
    queryFn: ({ signal }) => read<AlertTargets>("/alerts/targets", signal),
    refetchInterval: ({ state }) => (state.data?.items.some(({ waiting }) => waiting > 0) ? SOON_MS : FRESH_MS),
    staleTime: 0,
  });
}

export function useTargetsAnew(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: KEY });
}

export const WAYS = ["mail", "wecom", "dingtalk", "feishu", "webhook", "syslog"] as const satisfies AlertTarget["way"][];
export const ROBOTS: AlertTarget["way"][] = ["wecom", "dingtalk", "feishu"];
export const SEVERITIES = ["info", "warning", "critical"] as const satisfies AlertTarget["from"][];
