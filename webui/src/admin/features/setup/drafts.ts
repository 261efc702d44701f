// What was chosen in the set-up and is not in force yet: when the box loses its power, or the page is loaded again, it
// stands there as before. Kept in this tab only, and nothing secret: no code, no password.
import { isObject } from "../../../api/client";
import { type Choice, isChoice } from "../../reach-list";

/** The language is the page's, which remembers it. */
export interface AccountDraft {
  name: string;
  timeZone: string;
}

export interface ChoicesDraft {
  guest: boolean;
  choices: Choice[];
}

interface Drafts {
  account: AccountDraft | null;
  choices: ChoicesDraft | null;
  /** A copy is to be restored instead. */
  restoring: boolean;
}

const KEPT = "setup";

export function draftsOf(text: string | null): Drafts {
  const kept = parsed(text);
  return { account: accountOf(kept.account), choices: choicesDraftOf(kept.choices), restoring: kept.restoring === true };
}

export function readDrafts(): Drafts {
  return draftsOf(sessionStorage.getItem(KEPT));
}

export function keepDrafts(change: Partial<Drafts>): void {
  sessionStorage.setItem(KEPT, JSON.stringify({ ...readDrafts(), ...change }));
}

export function forgetDrafts(): void {
  sessionStorage.removeItem(KEPT);
}

function parsed(text: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function accountOf(value: unknown): AccountDraft | null {
  if (!isObject(value)) return null;
  const { name, timeZone } = value;
  return typeof name === "string" && typeof timeZone === "string" ? { name, timeZone } : null;
}

function choicesDraftOf(value: unknown): ChoicesDraft | null {
  if (!isObject(value) || typeof value.guest !== "boolean" || !Array.isArray(value.choices)) return null;
  return value.choices.every(isChoice) ? { guest: value.guest, choices: value.choices } : null;
}
