// Rules as a table that spreadsheets read and write: one row each, the header in English. RFC 4180, with a byte order mark
// so that Excel shows Chinese. Pure.
import Papa from "papaparse";
import { type Cell, membersCell, readMembers, readWhich, readYesNo, unguarded, whichCell } from "./csv-cells";
import type { CsvZones } from "./csv-zones";
import type { Action, Rule, Which } from "./document";
import { freeId, MAX_ID } from "./edit";

export const COLUMNS = ["order", "id", "enabled", "action", "from_zones", "from_addresses", "to_zones", "to_addresses", "services", "schedule", "log", "comment"] as const;
export type Column = (typeof COLUMNS)[number];

/** Without them a row says nothing. */
const NEEDED: Column[] = ["action", "from_zones", "to_zones", "services"];
/** What a spreadsheet would take for a formula, and what was guarded already. */
const FORMULA = /^'*[=+\-@\t\r]/;
const ACTIONS: Record<string, Action> = { allow: "allow", block: "block", reject: "reject", 允许: "allow", 可以访问: "allow", 阻止: "block", 不能访问: "block", 拒绝: "reject", 被拒绝访问: "reject" };

export function csvOf(rules: Rule[], { said }: CsvZones): string {
  const zonesCell = (zones: Which<string>) => whichCell(zones === "all" ? zones : zones.map(said));
  const data = rules.map((rule, index): Record<Column, string> => ({
    order: String(index + 1),
    id: String(rule.id),
    enabled: rule.enabled === false ? "no" : "yes",
    action: rule.action,
    from_zones: zonesCell(rule.from.zones),
    from_addresses: membersCell(rule.from.addresses),
    to_zones: zonesCell(rule.to.zones),
    to_addresses: membersCell(rule.to.addresses),
    services: whichCell(rule.services),
    schedule: rule.schedule ?? "",
    log: rule.log ? "yes" : "no",
    comment: rule.comment ?? "",
  }));
  return `\uFEFF${Papa.unparse({ fields: [...COLUMNS], data }, { newline: "\r\n", escapeFormulae: FORMULA })}\r\n`;
}

/** What is wrong; `row` counts as spreadsheets do, from the header as 1. */
export interface CsvFault {
  row: number;
  column: Column | null;
  fault: "noHeader" | "headerTwice" | "headerUnknown" | "columnMissing" | "noRows" | "quote" | "order" | "id" | "idTwice" | "yesNo" | "action" | "empty" | "zone" | "member" | "cells";
  text: string;
}

export interface CsvRules {
  rules: Rule[];
  /** In which row each stands. */
  rows: number[];
}

/** All rows, or what is wrong with them: never some of them. `taken`: rules that stay beside these. */
export function rulesIn(text: string, taken: Rule[], zones: CsvZones): CsvRules | { faults: CsvFault[] } {
  const table = text.replace(/^\uFEFF/, "").replace(/^sep=.\r?\n/i, "");
  const shift = text.length - table.length > 1 ? 1 : 0;
  const { data, errors } = Papa.parse<string[]>(table, { delimiter: delimiterOf(table) });
  const broken = errors.find((one) => one.type === "Quotes");
  if (broken) return { faults: [{ row: (broken.row ?? 0) + 1 + shift, column: null, fault: "quote", text: "" }] };
  const header = (data[0] ?? []).map((one) => one.trim().toLowerCase());
  const wrong = headerFaults(header);
  if (wrong.length > 0) return { faults: wrong };
  const faults: CsvFault[] = [];
  const found: { rule: Rule; row: number; order: number }[] = [];
  const ids = new Set(taken.map((one) => one.id));
  data.slice(1).forEach((cells, index) => {
    const row = index + 2 + shift;
    if (cells.every((one) => one.trim() === "")) return;
    if (cells.length > header.length && cells.slice(header.length).some((one) => one.trim() !== "")) faults.push({ row, column: null, fault: "cells", text: String(cells.length) });
    const cell: Cell = (column) => unguarded(cells[header.indexOf(column)] ?? "", FORMULA).trim();
    const read = ruleIn(cell, row, zones, faults);
    if (read.id !== null && found.some((one) => one.rule.id === read.id)) faults.push({ row, column: "id", fault: "idTwice", text: String(read.id) });
    // A number that another rule has is given anew: it is another rule.
    found.push({ rule: { ...read.rule, id: read.id !== null && !ids.has(read.id) ? read.id : 0 }, row, order: read.order ?? index + 1 });
  });
  if (found.length === 0 && faults.length === 0) return { faults: [{ row: 1, column: null, fault: "noRows", text: "" }] };
  const columnOf = (one: CsvFault) => (one.column === null ? -1 : COLUMNS.indexOf(one.column));
  if (faults.length > 0) return { faults: faults.sort((one, other) => one.row - other.row || columnOf(one) - columnOf(other)) };
  found.sort((one, other) => one.order - other.order || one.row - other.row);
  const rules: Rule[] = [];
  const others = [...taken, ...found.map((one) => one.rule)];
  for (const { rule } of found) rules.push(rule.id === 0 ? { ...rule, id: freeId([...others, ...rules]) } : rule);
  return { rules, rows: found.map((one) => one.row) };
}

/** By which the header has the most columns. */
function delimiterOf(table: string): string {
  const line = table.split(/\r?\n|\r/, 1)[0] ?? "";
  const known = (delimiter: string) => line.split(delimiter).filter((one) => COLUMNS.includes(one.replaceAll('"', "").trim().toLowerCase() as Column)).length;
  return [",", ";", "\t"].reduce((best, one) => (known(one) > known(best) ? one : best));
}

function headerFaults(header: string[]): CsvFault[] {
  const at = { row: 1, column: null };
  if (!header.some((one) => COLUMNS.includes(one as Column))) return [{ ...at, fault: "noHeader", text: "" }];
  const named = header.filter((one) => one !== "");
  const unknown = named.filter((one) => !COLUMNS.includes(one as Column)).map((text): CsvFault => ({ ...at, fault: "headerUnknown", text }));
  const twice = named.filter((one, index) => named.indexOf(one) !== index).map((text): CsvFault => ({ ...at, fault: "headerTwice", text }));
  const missing = NEEDED.filter((one) => !header.includes(one)).map((text): CsvFault => ({ ...at, fault: "columnMissing", text }));
  return [...unknown, ...twice, ...missing];
}

function ruleIn(cell: Cell, row: number, { named }: CsvZones, faults: CsvFault[]): { rule: Rule; id: number | null; order: number | null } {
  const note = (column: Column, fault: CsvFault["fault"], text = cell(column)) => {
    faults.push({ row, column, fault, text });
    return null;
  };
  const number = (column: "order" | "id", most: number) => {
    const text = cell(column);
    if (text === "") return null;
    const value = /^\d{1,9}(?:\.0+)?$/.test(text) ? Number(text) : 0;
    return value >= 1 && value <= most ? value : note(column, column);
  };
  const yesNo = (column: "enabled" | "log", otherwise: boolean) => readYesNo(cell(column), otherwise) ?? note(column, "yesNo") ?? otherwise;
  const which = (column: "from_zones" | "to_zones" | "services") => readWhich(cell(column)) ?? note(column, "empty") ?? "all";
  const zones = (column: "from_zones" | "to_zones") => {
    const read = which(column);
    return read === "all" ? read : [...new Set(read.map((text) => named(text) ?? note(column, "zone", text) ?? text))];
  };
  const members = (column: "from_addresses" | "to_addresses") => {
    const read = readMembers(cell(column));
    return typeof read === "object" && "wrong" in read ? (note(column, "member", read.wrong) ?? "all") : read;
  };
  const action = ACTIONS[cell("action").toLowerCase()] ?? note("action", "action") ?? "block";
  const schedule = cell("schedule");
  const comment = cell("comment");
  const enabled = yesNo("enabled", true);
  const log = yesNo("log", false);
  const rule: Rule = {
    id: 0,
    ...(enabled ? {} : { enabled }),
    action,
    from: { zones: zones("from_zones"), addresses: members("from_addresses") },
    to: { zones: zones("to_zones"), addresses: members("to_addresses") },
    services: which("services"),
    ...(schedule === "" ? {} : { schedule }),
    ...(log ? { log } : {}),
    ...(comment === "" ? {} : { comment }),
  };
  return { rule, id: number("id", MAX_ID), order: number("order", 999_999_999) };
}
