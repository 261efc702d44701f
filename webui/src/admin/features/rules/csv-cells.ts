// Cells of the table of rules. Lists are parted by blanks; an entry with a blank in it stands in double quotes. Pure.
import type { Column } from "./csv";
import type { Member, Which } from "./document";
import { addressesOf } from "./lists";

export type Cell = (column: Column) => string;

interface Entry {
  text: string;
  /** Taken as it stands. */
  quoted: boolean;
}

const GROUP = "group:";

export function whichCell(which: Which<string>): string {
  return which === "all" ? "all" : which.map(quotedName).join(" ");
}

export function membersCell(which: Which<Member>): string {
  return which === "all" ? "all" : which.map((one) => (typeof one === "string" ? one : quoted(`${GROUP}${one.group}`))).join(" ");
}

/** A name that is the word `all` is no list of all. */
function quotedName(name: string): string {
  return name.toLowerCase() === "all" ? `"${name}"` : quoted(name);
}

function quoted(text: string): string {
  return /[\s",，、;；]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function readList(cell: string): Entry[] {
  const entries: Entry[] = [];
  for (const [, inQuotes, bare] of cell.matchAll(/"((?:[^"]|"")*)"|([^\s",，、;；]+)/g)) {
    entries.push(inQuotes === undefined ? { text: bare ?? "", quoted: false } : { text: inQuotes.replaceAll('""', '"'), quoted: true });
  }
  return entries;
}

/** Null for an empty cell, which says neither all nor nobody. */
export function readWhich(cell: string): Which<string> | null {
  const entries = readList(cell);
  if (entries.length === 0) return null;
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && !only.quoted && only.text.toLowerCase() === "all") return "all";
  return [...new Set(entries.map((one) => one.text))];
}

/** An empty cell is all of them. */
export function readMembers(cell: string): Which<Member> | { wrong: string } {
  const entries = readList(cell);
  const [only] = entries;
  if (only === undefined || (entries.length === 1 && !only.quoted && only.text.toLowerCase() === "all")) return "all";
  const groups: Member[] = [];
  const texts: string[] = [];
  for (const { text } of entries) {
    if (text.toLowerCase().startsWith(GROUP)) groups.push({ group: text.slice(GROUP.length) });
    else if (text.toLowerCase() === "all") return { wrong: text };
    else texts.push(text);
  }
  // Together: a range may have blanks about its dash.
  return [...groups, ...addressesOf(texts.join(" "))];
}

const YES = ["yes", "y", "true", "1", "on", "是", "启用"];
const NO = ["no", "n", "false", "0", "off", "否", "停用"];

export function readYesNo(cell: string, otherwise: boolean): boolean | null {
  const text = cell.toLowerCase();
  if (text === "") return otherwise;
  if (YES.includes(text)) return true;
  return NO.includes(text) ? false : null;
}

/** As it was before it was kept from being a formula. */
export function unguarded(cell: string, formula: RegExp): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
