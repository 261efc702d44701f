// What was staged and is not in force yet: who may reach the CRM, rules, a document that was read from a file, and why and
// for how long it is to be tried. In this tab, for the account that is signed in, until it is kept.
import { isObject } from "../../api/client";
import type { TrialSeconds } from "../api";
import { forgetHere, keepHere, readHere } from "../here";
import { isParts, type Parts } from "../features/rules/document";
import { type Choice, isChoice } from "../reach-list";

const ACCESS = "draft-access";
const FILE = "draft-file";
const TERMS = "draft-terms";
const RULES = "draft-rules";
const TRIED = "draft-tried";

/** Under which name what is staged on a page is kept. */
export const DRAFTS = {
  "/zones": "draft-zones",
  "/publish": "draft-zones",
  "/egress": "draft-egress",
  "/addresses/fixed": "draft-fixed-addresses",
  "/addresses/names": "draft-names",
  "/addresses/blocking": "draft-blocking",
} as const;

function draftOf(page: string): string | undefined {
  return page in DRAFTS ? DRAFTS[page as keyof typeof DRAFTS] : undefined;
}

export interface AccessDraft {
  choices: Choice[];
  /** The version that it was made from; null when a trial of it is over. */
  etag: string | null;
}

export interface FileDraft {
  name: string;
  /** The document, as it is written in the file. */
  text: string;
}

export interface Terms {
  reason: string;
  seconds: TrialSeconds;
}

export function accessDraft(account: string): AccessDraft | null {
  const kept = readHere(ACCESS, account);
  if (!isObject(kept) || !Array.isArray(kept.choices) || !kept.choices.every(isChoice)) return null;
  return { choices: kept.choices, etag: typeof kept.etag === "string" ? kept.etag : null };
}

export function keepAccessDraft(account: string, draft: AccessDraft): void {
  keepHere(ACCESS, account, draft);
}

export function forgetAccessDraft(): void {
  forgetHere(ACCESS);
}

export function fileDraft(account: string): FileDraft | null {
  const kept = readHere(FILE, account);
  return isObject(kept) && typeof kept.name === "string" && typeof kept.text === "string" ? { name: kept.name, text: kept.text } : null;
}

export function keepFileDraft(account: string, draft: FileDraft): void {
  keepHere(FILE, account, draft);
}

/** `of`: the address of the page where they were typed. */
export function terms(account: string, of: string): Terms {
  const kept = readHere(TERMS, account);
  if (!isObject(kept) || kept.of !== of || typeof kept.reason !== "string") return { reason: "", seconds: 60 };
  return { reason: kept.reason, seconds: asSeconds(kept.seconds) };
}

export function keepTerms(account: string, of: string, next: Terms): void {
  keepHere(TERMS, account, { ...next, of });
}

export function forgetTerms(): void {
  forgetHere(TERMS);
}

/** What is staged on this page is on trial now, as it stands. */
export function triedPrepared(account: string, page: string): void {
  const name = draftOf(page);
  if (name !== undefined) keepHere(TRIED, account, { name, text: JSON.stringify(readHere(name, account)) });
}

/** Of what was prepared at this page: the box keeps it now. */
export function forgetPrepared(account: string, page: string): void {
  const [name, tried] = [draftOf(page), readHere(TRIED, account)];
  if (name !== undefined && isObject(tried) && tried.name === name && JSON.stringify(readHere(name, account)) === tried.text) forgetHere(name);
  if (page === "/crm-access") forgetHere(ACCESS);
  else if (page === "/settings/import") forgetHere(FILE);
  // What was edited after the trial began is in force nowhere.
  else if (page === "/rules" && rulesDraft(account)?.tried) forgetHere(RULES);
}

export interface RulesDraft {
  /** What was in force when it was made. */
  base: Parts;
  mine: Parts;
  /** Just this was put on trial. */
  tried: boolean;
}

export function rulesDraft(account: string): RulesDraft | null {
  const kept = readHere(RULES, account);
  return isObject(kept) && isParts(kept.base) && isParts(kept.mine) ? { base: kept.base, mine: kept.mine, tried: kept.tried === true } : null;
}

/** Null: there is none any more. */
export function keepRulesDraft(account: string, draft: RulesDraft | null): void {
  if (draft === null) forgetHere(RULES);
  else keepHere(RULES, account, draft);
}

/** Its trial is over, it was not kept: it is compared with whatever is in force now. */
export function freeAccessDraft(account: string): void {
  const draft = accessDraft(account);
  if (draft !== null) keepAccessDraft(account, { ...draft, etag: null });
}

export function asSeconds(value: unknown): TrialSeconds {
  const seconds = Number(value);
  return seconds === 300 || seconds === 600 ? seconds : 60;
}
