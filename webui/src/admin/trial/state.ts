// What is in force or tried, as the box says it, and the keys of everything on the pages that follows from it.
import type { QueryClient } from "@tanstack/react-query";
import { call, read } from "../../api/client";
import { isProblem, Problem } from "../../api/problem";
import type { HistoryItem, HistoryPage, Settings } from "../api";
import { deadlineOf } from "./clock";

export const SETTINGS = "settings";
export const HISTORY = "settings-history";
/** What shows the settings, or what they do. */
const FOLLOWS: unknown[] = [SETTINGS, HISTORY, "zones", "crm-access", "protection", "rules"];
/** An answer that was lost is found out soon: the trial does not wait. */
const PATIENCE_MS = 6_000;

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

async function soon<T>(ask: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T> {
  const enough = AbortSignal.timeout(PATIENCE_MS);
  try {
    return await ask(signal ? AbortSignal.any([signal, enough]) : enough);
  } catch (error) {
    throw enough.aborted && !isProblem(error) && !signal?.aborted ? new Problem(0, {}, null) : error;
  }
}
