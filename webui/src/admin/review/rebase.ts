// What was changed in a copy of a document, changed in another one: so that an edit that was prepared takes nothing back
// that somebody else has changed since. Where both changed the same, the edit counts; the review shows it. Pure.
import { isObject } from "../../api/client";
import { sameDocument } from "../features/settings/document";

/** `now`, with what differs between `base` and `mine`. Undefined stands for what is not there. */
export function rebased(base: unknown, mine: unknown, now: unknown): unknown {
  if (sameDocument(base, mine)) return now;
  if (sameDocument(base, now)) return mine;
  if (isObject(base) && isObject(mine) && isObject(now)) return ofObjects(base, mine, now);
  const [ofBase, ofMine, ofNow] = [base, mine, now].map((list) => keyed(list ?? []));
  if (ofBase && ofMine && ofNow) return listed(ofBase, ofMine, ofNow);
  return mine;
}

/** The entries in the order of now, or in mine where that moved some; what the other adds comes last. None at all is no list. */
function listed(base: Members, mine: Members, now: Members): unknown[] | undefined {
  const both = ofObjects(base, mine, now);
  const common = (of: Members, other: Members) => Object.keys(of).filter((key) => key in other);
  const isMoved = common(base, mine).join("\n") !== common(mine, base).join("\n");
  const first = isMoved ? mine : now;
  const keys = [...Object.keys(first), ...Object.keys(both)].filter((key) => key in both);
  const entries = [...new Set(keys)].map((key) => both[key]);
  return entries.length > 0 ? entries : undefined;
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
  const entries = value.map((entry: unknown): [string, unknown] => [nameOf(entry), entry]);
  return new Set(entries.map(([name]) => name)).size === entries.length ? Object.fromEntries(entries) : null;
}

/** No name is a number alone: those would change their places. What nothing names is its own name. */
function nameOf(entry: unknown): string {
  if (isObject(entry)) {
    if (typeof entry.id === "string" || typeof entry.id === "number") return `#${entry.id}`;
    if (typeof entry.network === "string") return `/${entry.network}`;
    if (typeof entry.zone === "string") return `@${entry.zone}`;
    if (Array.isArray(entry.zones)) return `&${entry.zones.join("&")}`;
    if (typeof entry.from === "string" && typeof entry.to === "string") return `${entry.from}>${entry.to}`;
    if (typeof entry.for === "string") return `>${entry.for} ${entry.to} ${entry.protocol} ${entry.port}`;
  }
  return `=${JSON.stringify(entry)}`;
}
