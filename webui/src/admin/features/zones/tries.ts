// What the test of a cell sends, one after the other, and what became of each. Pure.
import type { Problem } from "../../../api/problem";
import type { ProbeAsked, ProbeResult } from "../../api";

export type Try = Pick<ProbeAsked, "protocol" | "port" | "version">;

/** Web pages over TCP and UDP, and ping, each over both versions. */
export const TRIES: Try[] = ([4, 6] as const).flatMap((version): Try[] => [
  { protocol: "tcp", port: 443, version },
  { protocol: "udp", port: 443, version },
  { protocol: "icmp", version },
]);

export const WAYS = ["web", "tcp", "udp"] as const;

/** One port over both versions; null for what is no port. */
export function triesOf(way: (typeof WAYS)[number], typed: string): Try[] | null {
  if (way === "web") return TRIES;
  const port = /^\d{1,5}$/.test(typed.trim()) ? Number(typed) : 0;
  return port >= 1 && port <= 65_535 ? ([4, 6] as const).map((version) => ({ protocol: way, port, version })) : null;
}

/** `waits` and `runs` while the test goes on. */
export type Outcome = { is: "waits" | "runs" } | { is: "done"; result: ProbeResult } | { is: "not-tried"; problem: Problem };

/** As people say it: TCP 443 · IPv4. */
export function whatOf(one: Try): string {
  const port = one.port == null ? "" : ` ${one.port}`;
  return `${one.protocol === "icmp" ? "Ping" : one.protocol.toUpperCase()}${port} · IPv${one.version}`;
}

/** 1234 µs are 1.2 ms. */
export function milliseconds(microseconds: number): string {
  return (microseconds / 1000).toFixed(1);
}

/** How many arrived, of those that were sent; null until all are over. */
export function summary(outcomes: Outcome[]): { arrived: number; sent: number; at: string | null } | null {
  if (outcomes.some((one) => one.is === "waits" || one.is === "runs")) return null;
  const done = outcomes.flatMap((one) => (one.is === "done" ? [one.result] : []));
  return { arrived: done.filter((one) => one.arrived).length, sent: done.length, at: done.at(-1)?.at ?? null };
}
