// What this tab keeps for the account that is signed in, over a reload of the page and no longer than the tab. In
// memory too: the browser may have no room.
import { isObject } from "../api/client";

interface Kept {
  account: string;
  value: unknown;
}

const memory = new Map<string, Kept>();
const listeners = new Set<() => void>();

/** Calls whenever something is kept or forgotten, until what it returns is called. */
export function onKept(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}

export function keepHere(name: string, account: string, value: unknown): void {
  memory.set(name, { account, value });
  try {
    sessionStorage.setItem(name, JSON.stringify({ account, value }));
  } catch {
    // An older value must not come back after a reload.
    sessionStorage.removeItem(name);
  }
  tell();
}

/** Null when nothing is kept, or somebody else kept it; the same object until something else is kept. */
export function readHere(name: string, account: string): unknown {
  const kept = memory.get(name) ?? stored(name);
  if (kept !== null) memory.set(name, kept);
  return kept?.account === account ? kept.value : null;
}

export function forgetHere(name: string): void {
  memory.delete(name);
  sessionStorage.removeItem(name);
  tell();
}

function stored(name: string): Kept | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(name) ?? "null");
    return isObject(kept) && typeof kept.account === "string" ? { account: kept.account, value: kept.value } : null;
  } catch {
    return null;
  }
}
