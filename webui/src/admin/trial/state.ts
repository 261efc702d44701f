// What is in force or tried, as the box says it, and the keys of everything on the pages that follows from it.
import type { QueryClient } from "@tanstack/react-query";
import { call, read } from "../../api/client";
import type { HistoryItem, HistoryPage, Settings, SettingsBrief } from "../api";
import { deadlineOf } from "./clock";
import { soon } from "./soon";

export const SETTINGS = "settings";
export const HISTORY = "settings-history";
/** What shows the settings, or what they do. */
const TYPED = "crm-access";
const FOLLOWS: unknown[] = [SETTINGS, HISTORY, "zones", "leases", "rules", TYPED, "protection", "seen"];

export interface Known extends Settings {
  etag: string | null;
  /** When the trial ends, by `performance.now()`. */
  deadline: number | null;
}

export async function askSettings(before: Known | undefined, signal?: AbortSignal): Promise<Known> {
  const { data, etag } = await soon((enough) => call<Settings>("GET", "/settings", { signal: enough }), signal);
  return { ...data, etag, deadline: deadlineAfter(before, data) };
}

function deadlineAfter(before: Known | undefined, { trial }: Settings): number | null {
  if (trial === null) return null;
  return deadlineOf(before?.trial?.id === trial.id ? before.deadline : null, trial.secondsLeft, performance.now());
}

/** Everything that follows from the settings is asked for anew. */
export function askAnew(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ predicate: ({ queryKey }) => FOLLOWS.includes(queryKey[0]) });
}

/** The same when nobody here did anything: what is being typed must not change below the hand. */
export function askAnewUnasked(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ predicate: ({ queryKey }) => FOLLOWS.includes(queryKey[0]) && queryKey[0] !== TYPED });
}

export interface Brief {
  etag: string | null;
  /** The change that is being tried. */
  trial: string | null;
}

/** What is in force, in short. The box counts it as no request of a person, so that it lengthens no session. */
export async function askBrief(signal?: AbortSignal): Promise<Brief> {
  const { data, etag } = await soon((enough) => call<SettingsBrief>("GET", "/settings/now", { signal: enough }), signal);
  return { etag, trial: data.trial };
}

/** Whether this trial is still on; null when nobody answers. */
export async function isTried(id: string): Promise<boolean | null> {
  try {
    return (await soon((enough) => read<Settings>("/settings", enough))).trial?.id === id;
  } catch {
    return null;
  }
}

export async function confirm(token: string): Promise<void> {
  await soon((signal) => call("POST", "/settings/confirm", { body: { token }, signal }));
}

/** What the history says of a trial; null when it is not among the newest, or nobody answers. */
export async function itemOf(id: string): Promise<HistoryItem | null> {
  try {
    return (await soon((enough) => read<HistoryPage>("/settings/history", enough))).items.find((one) => one.id === id) ?? null;
  } catch {
    return null;
  }
}
