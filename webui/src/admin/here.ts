// What this tab keeps for the account that is signed in, over a reload of the page and no longer than the tab. In
// memory too: the browser may have no room.
import { isObject } from "../api/client";

interface Kept {
  account: string;
  value: unknown;
}

const memory = new Map<string, Kept>();

export function keepHere(name: string, account: string, value: unknown): void {
  memory.set(name, { account, value });
  try {
    sessionStorage.setItem(name, JSON.stringify({ account, value }));
  } catch {
    // An older value must not come back after a reload.
    sessionStorage.removeItem(name);
  }
}

/** Null when nothing is kept, or somebody else kept it. */
export function readHere(name: string, account: string): unknown {
  const kept = memory.get(name) ?? stored(name);
  return kept?.account === account ? kept.value : null;
}

export function forgetHere(name: string): void {
  memory.delete(name);
  sessionStorage.removeItem(name);
}

function stored(name: string): Kept | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(name) ?? "null");
    return isObject(kept) && typeof kept.account === "string" ? { account: kept.account, value: kept.value } : null;
  } catch {
    return null;
  }
}
