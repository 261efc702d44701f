// How fast copies may go out, as it is typed: one of some rates, in some hours or in all. Pure.
import type { Problem } from "../api/problem";
import type { CopyTarget, CopyTargetGiven } from "./api";

/** Kilobits a second that are offered; none for as fast as it goes. */
const OFFERED = ["", "512", "1000", "2000", "5000", "10000", "50000"];

export interface TypedLimit {
  limit: string;
  hours: boolean;
  from: string;
  to: string;
}

/** The working day, where nothing was chosen. */
export function typedLimit(before: CopyTarget | null): TypedLimit {
  const limit = before?.limit ?? null;
  const hours = limit?.hours ?? null;
  return { limit: limit === null ? "" : String(limit.kbits), hours: hours !== null, from: hours?.from ?? "08:00", to: hours?.to ?? "18:00" };
}

export function sentLimit(typed: TypedLimit): Pick<CopyTargetGiven, "limit"> {
  if (typed.limit === "") return {};
  return { limit: { kbits: Number(typed.limit), ...(typed.hours ? { hours: { from: typed.from, to: typed.to } } : {}) } };
}

/** What can be chosen: a rate that somebody gave by the API stays among them. */
export function limits(chosen: string): string[] {
  return OFFERED.includes(chosen) ? OFFERED : [...OFFERED, chosen];
}

/** Megabits a second. */
export function rateText(kbits: string): string {
  return String(Number(kbits) / 1_000);
}

export function toldOfLimit(problem: Problem): Partial<Record<"limit" | "from" | "to", string>> {
  const at = (pointer: string) => problem.errors.find(({ field }) => field === pointer)?.message;
  return { limit: at("/limit/kbits"), from: at("/limit/hours/from"), to: at("/limit/hours/to") };
}
