// A change that was asked for and not answered yet. New settings may let this device in no more, and then no answer comes:
// what the page asked for itself says when the former ones are back, and the box, once it answers again, what became of it.
import { isObject, read } from "../../api/client";
import { isProblem, type Problem } from "../../api/problem";
import type { HistoryItem, HistoryPage } from "../api";
import { forgetHere, keepHere, readHere } from "../here";
import { soon } from "./soon";

const NAME = "asked";
/** An answer that comes by then is no late one. */
export const SLOW_MS = 4_000;
const AGAIN_MS = 2_000;
/** What the box takes at most to put the former settings back. */
const BACK_MS = 3_000;

export interface Asked {
  /** The history finds it by what made its request the same. */
  key: string;
  /** The page where it was prepared. */
  path: string;
  /** By `performance.now()`; null after a reload, which began another such clock. */
  since: number | null;
  /** When the former settings are back at the latest, by this device's date. */
  until: number;
}

export function askedNow(path: string, seconds: number): Asked {
  return { key: crypto.randomUUID(), path, since: performance.now(), until: Date.now() + seconds * 1_000 + BACK_MS };
}

export function keepAsked(account: string, { key, path, until }: Asked): void {
  keepHere(NAME, account, { key, path, until });
}

export function forgetAsked(): void {
  forgetHere(NAME);
}

/** What was asked for before this page was loaded anew. */
export function keptAsked(account: string): Asked | null {
  const kept = readHere(NAME, account);
  if (!isObject(kept) || typeof kept.key !== "string" || typeof kept.path !== "string" || typeof kept.until !== "number") return null;
  return { key: kept.key, path: kept.path, since: null, until: kept.until };
}

/** `silent`: nobody knows yet. */
export type Became = { end: "silent" } | { end: "never" } | { end: "trying" } | { end: "over"; item: HistoryItem };

export async function becameOf({ key }: Asked): Promise<Became> {
  let items: HistoryItem[];
  try {
    items = (await soon((enough) => read<HistoryPage>(`/settings/history?key=${key}`, enough))).items;
  } catch {
    return { end: "silent" };
  }
  const [item] = items;
  if (item === undefined) return { end: "never" };
  return item.outcome === "trying" ? { end: "trying" } : { end: "over", item };
}

/** Whether the answer was lost, so that it may be in force all the same. A browser sends again by itself what broke
    off; then the answer to the first time is lost. */
export function isLost(error: unknown): error is Problem {
  return isProblem(error) && (error.status === 0 || error.status >= 502 || error.code === "tried-already");
}

/** Asks again and again, until the box says that it is over, or, once its answer is lost, anything at all. Null when that
    is of no more use. */
export async function findOut(box: {
  ask: () => Promise<Became>;
  wait: (milliseconds: number) => Promise<void>;
  isLost: () => boolean;
  isAnswered: () => boolean;
}): Promise<Became | null> {
  let pause = SLOW_MS;
  for (;;) {
    // What was lost at once is found out at once.
    for (let waited = 0; waited < pause && !(pause === SLOW_MS && box.isLost()); waited += AGAIN_MS / 4) await box.wait(AGAIN_MS / 4);
    pause = AGAIN_MS;
    if (box.isAnswered()) return null;
    const became = await box.ask();
    if (box.isAnswered()) return null;
    if (became.end === "over" || (box.isLost() && became.end !== "silent")) return became;
  }
}
