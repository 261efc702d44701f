// What was changed in a copy of a document, changed in another one: so that an edit that was prepared takes nothing back
// that somebody else has changed since. Where both changed the same, the edit counts; the review shows it. Pure.
import { isObject } from "../../api/client";
import { sameDocument } from "../features/settings/document";

/** `now`, with what differs between `base` and `mine`. Undefined stands for what is not there. */
export function rebased(base: unknown, mine: unknown, now: unknown): unknown {
  if (sameDocument(base, mine)) return now;
  if (sameDocument(base, now)) return mine;
  if (isObject(base) && isObject(mine) && isObject(now)) return ofObjects(base, mine, now);
  const lists = [base, mine, now].map(keyed);
  const [ofBase, ofMine, ofNow] = lists;
  if (ofBase && ofMine && ofNow) return Object.values(ofObjects(ofBase, ofMine, ofNow));
  return mine;
}

type Members = Record<string, unknown>;

function ofObjects(base: Members, mine: Members, now: Members): Members {
  const keys = new Set([...Object.keys(now), ...Object.keys(mine)]);
  const members = [...keys].map((key): [string, unknown] => [key, rebased(base[key], mine[key], now[key])]);
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

/** The entries of a list by what names each; null when something is no list, or two entries have one name. */
function keyed(value: unknown): Members | null {
  if (!Array.isArray(value)) return null;
  const entries = value.map((entry: unknown): [string | null, unknown] => [nameOf(entry), entry]);
  const names = new Set(entries.map(([name]) => name));
  if (names.has(null) || names.size !== entries.length) return null;
  return Object.fromEntries(entries as [string, unknown][]);
}

/** Names that are numbers would change their places. */
function nameOf(entry: unknown): string | null {
  if (typeof entry === "string") return `=${entry}`;
  if (!isObject(entry)) return null;
  if (typeof entry.id === "string") return `#${entry.id}`;
  if (typeof entry.network === "string") return `/${entry.network}`;
  if (typeof entry.zone === "string") return `@${entry.zone}`;
  return typeof entry.from === "string" && typeof entry.to === "string" ? `${entry.from}>${entry.to}` : null;
}
