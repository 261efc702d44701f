// What was typed in a claim that this tab has begun, so that loading the page again loses nothing. Kept in this tab
// only, and nothing secret: no code, no passphrase, no password, no recovery key.
import { isObject } from "../../../api/client";
import type { NewAccount } from "../../account-form";

/** The language is the page's, which remembers it. */
export type AccountDraft = Pick<NewAccount, "name" | "timeZone" | "showAsUnlocker">;

export interface ClaimDraft {
  organisation: string;
  account: AccountDraft | null;
}

const KEPT = "claim";

/** None when no claim was begun. */
export function claimDraftOf(text: string | null): ClaimDraft | null {
  try {
    const kept: unknown = JSON.parse(text ?? "null");
    return isObject(kept) ? { organisation: typeof kept.organisation === "string" ? kept.organisation : "", account: accountOf(kept.account) } : null;
  } catch {
    return null;
  }
}

export function readClaim(): ClaimDraft | null {
  return claimDraftOf(sessionStorage.getItem(KEPT));
}

export function keepClaim(change: Partial<ClaimDraft>): void {
  sessionStorage.setItem(KEPT, JSON.stringify({ organisation: "", account: null, ...readClaim(), ...change }));
}

export function keepAccount({ name, timeZone, showAsUnlocker }: AccountDraft): void {
  keepClaim({ account: { name, timeZone, showAsUnlocker } });
}

export function forgetClaim(): void {
  sessionStorage.removeItem(KEPT);
}

function accountOf(value: unknown): AccountDraft | null {
  if (!isObject(value)) return null;
  const { name, timeZone, showAsUnlocker } = value;
  return typeof name === "string" && typeof timeZone === "string" && typeof showAsUnlocker === "boolean" ? { name, timeZone, showAsUnlocker } : null;
}
