import { expect, test } from "vitest";
import { csvOf, rulesIn } from "../src/admin/features/rules/csv";
import { rowOf } from "../src/admin/features/rules/csv-page";
import { csvZones } from "../src/admin/features/rules/csv-zones";
import { textOf } from "../src/admin/features/rules/csv-text";
import type { Rule } from "../src/admin/features/rules/document";

const OWN: Record<string, string> = { office: "办公", guest: "访客", wan: "互联网" };
const DOCUMENT = { version: 1, ports: {}, policies: [], management: { from: [] }, crm: { zone: "crm", reachable_from: [] }, zones: { office: {}, guest: {}, "zone-60": { label: "仓库 2" } } };
const ZONES = csvZones(DOCUMENT as never, (name) => OWN[name] ?? name);
const HEAD = "id,action,from_zones,to_zones,services";
const rule: Rule = { id: 7, action: "allow", from: { zones: ["office"], addresses: "all" }, to: { zones: ["guest", "wan"], addresses: "all" }, services: "all" };
const all: Rule[] = [
  rule,
  {
    id: 3,
    enabled: false,
    action: "reject",
    from: { zones: "all", addresses: [{ group: 'Head "office" PCs' }, "192.168.10.20-192.168.10.29", "52:54:00:67:00:01", "fd00::7"] },
    to: { zones: ["guest"], addresses: [{ group: "all" }] },
    services: ["Till 收银", "all", "web", 'say "hi"', "a,b；c"],
    schedule: 'Day, "night"',
    log: true,
    comment: "=HYPERLINK(1), \"quoted\"\r\nand '=2",
  },
  { ...rule, id: 9, comment: "'=1" },
  { ...rule, id: 10, comment: "-2+3" },
];
const faultsOf = (text: string, taken: Rule[] = []) => {
  const read = rulesIn(text, taken, ZONES);
  return "faults" in read ? read.faults.map(({ row, column, fault }) => [row, column, fault]) : [];
};
const rulesOf = (text: string, taken: Rule[] = []) => {
  const read = rulesIn(text, taken, ZONES);
  return "rules" in read ? read.rules : read.faults;
};

test("what is written is read as it was", () => {
  expect(rulesOf(csvOf(all, ZONES))).toEqual(all);
});

test("it has a mark for Excel, ends lines as the standard says, and starts no formula", () => {
  const text = csvOf(all, ZONES);
  expect(text.startsWith("\uFEFForder,id,enabled,action,")).toBe(true);
  expect(text.endsWith("\r\n")).toBe(true);
  expect(text.split("\r\n")[1]).toBe("1,7,yes,allow,office,all,guest wan,all,all,,no,");
  expect(text).toContain(`"'=HYPERLINK(1)`);
  expect(text).toContain(`"'-2+3"`);
  expect(csvOf([{ ...rule, comment: "@x" }], ZONES)).toContain(`"'@x"`);
});

test("spreadsheets part cells in their own way", () => {
  const cells = ["7", "allow", "office", "guest wan", "all"];
  for (const delimiter of [",", ";", "\t"]) {
    const text = [HEAD.replaceAll(",", delimiter), cells.join(delimiter)].join("\n");
    expect(rulesOf(text)).toEqual([rule]);
  }
  expect(rulesOf(`sep=;\r\n${HEAD.replaceAll(",", ";")}\r\n${cells.join(";")}\r\n`)).toEqual([rule]);
});

test("rows are counted as spreadsheets do, whatever stands before and in them", () => {
  expect(faultsOf(`sep=,\n${HEAD}\n1,maybe,office,wan,web`)).toEqual([[3, "action", "action"]]);
  expect(faultsOf(`${HEAD},comment\n1,allow,office,wan,web,"two\nlines"\n\n2,allow,,wan,`)).toEqual([
    [4, "from_zones", "empty"],
    [4, "services", "empty"],
  ]);
});

test("one wrong cell, and no rule is taken", () => {
  const text = `${HEAD},log,order,from_addresses\n1,allow,office,wan,web,no,1,all\n70000,let,office,wan,web,perhaps,0,10.0.0.1 all\n1,block,all,all,all,,,\n`;
  expect(faultsOf(text)).toEqual([
    [3, "order", "order"],
    [3, "id", "id"],
    [3, "action", "action"],
    [3, "from_addresses", "member"],
    [3, "log", "yesNo"],
    [4, "id", "idTwice"],
  ]);
});

test("a header that is wrong is said as such", () => {
  expect(faultsOf("")).toEqual([[1, null, "noHeader"]]);
  expect(faultsOf("Office may reach Guest\nx")).toEqual([[1, null, "noHeader"]]);
  expect(faultsOf("action,action,from_zones,to_zones,servces\n")).toEqual([
    [1, null, "headerUnknown"],
    [1, null, "headerTwice"],
    [1, null, "columnMissing"],
  ]);
  expect(faultsOf(`${HEAD}\n\n,,,,\n`)).toEqual([[1, null, "noRows"]]);
  expect(faultsOf(`${HEAD}\n1,"allow,office,wan,web`)).toEqual([[2, null, "quote"]]);
});

test("rows stand in the order they name, else as in the file; numbers that are taken or missing are given anew", () => {
  const text = `order,${HEAD}\n2,7,allow,office,wan,web\n1,,block,office,wan,web\n,8,allow,office,wan,ssh\n`;
  const read = rulesOf(text, [rule]) as Rule[];
  expect(read.map((one) => [one.id, one.action])).toEqual([
    [9, "block"],
    [10, "allow"],
    [8, "allow"],
  ]);
});

test("addresses are read as people write them", () => {
  const read = rulesOf(`${HEAD},from_addresses\n1,allow,office,wan,web,"10.0.0.1 - 10.0.0.9，52-54-00-67-00-AA group:前台"\n`) as Rule[];
  expect(read[0]?.from.addresses).toEqual([{ group: "前台" }, "10.0.0.1-10.0.0.9", "52:54:00:67:00:aa"]);
});

test("files of Windows are read in their code", () => {
  const text = "id,comment\r\n1,前台\r\n";
  const utf16 = (little: boolean) => Uint8Array.from([...text].flatMap((one) => (little ? [one.charCodeAt(0) & 255, one.charCodeAt(0) >> 8] : [one.charCodeAt(0) >> 8, one.charCodeAt(0) & 255])));
  expect(textOf(new TextEncoder().encode(text))).toBe(text);
  expect(textOf(utf16(true))).toBe(text);
  expect(textOf(utf16(false))).toBe(text);
  expect(textOf(Uint8Array.from([0xff, 0xfe, ...utf16(true)]))).toBe(text);
  for (const name of ["Büro", "Přítmí", "Офис", "前台", "cafe\u0301"]) expect(textOf(new TextEncoder().encode(name))).toBe(name);
  // 前台 in GBK, and 㛃 of GB 18030 in four bytes.
  expect(textOf(Uint8Array.from([...new TextEncoder().encode("id,"), 0xc7, 0xb0, 0xcc, 0xa8]))).toBe("id,前台");
  expect(textOf(Uint8Array.from([0x81, 0x39, 0xee, 0x39]))).not.toBeNull();
  // The head of a workbook.
  expect(textOf(Uint8Array.from([0x50, 0x4b, 3, 4, 0x14, 0, 6, 0, 8, 0]))).toBeNull();
});

test("what the box refuses is told by row, column and entry", () => {
  const read = rulesIn("action,from_zones,from_addresses,to_zones,services\nallow,office,all,guest,web\nallow,office,10.0.0.1 nonsense,guest,web ftp\n", [], ZONES);
  if ("faults" in read) throw new Error("refused");
  expect(rowOf("/document/rules/4/from/addresses/1", "M", 3, read)).toEqual({ row: 3, column: "from_addresses", entry: "nonsense", message: "M" });
  expect(rowOf("/document/rules/4/services/1", "M", 3, read)).toEqual({ row: 3, column: "services", entry: "ftp", message: "M" });
  expect(rowOf("/document/rules/3/id", "M", 3, read)).toEqual({ row: 2, column: "id", entry: null, message: "M" });
  expect(rowOf("/document/rules/2/from", "M", 3, read)).toEqual({ row: null, column: null, entry: null, message: "M" });
});

test("zones are written and read by what people call them", () => {
  const one: Rule = { ...rule, from: { zones: ["zone-60", "office"], addresses: "all" } };
  const text = csvOf([one], ZONES);
  expect(text).toContain('"""仓库 2"" office"');
  expect(rulesOf(text)).toEqual([one]);
  expect(rulesOf(`${HEAD}\n7,allow,"zone-60 办公",访客 互联网,all`)).toEqual([one]);
  const read = rulesIn(`${HEAD}\n7,allow,cellar,guest,all`, [], ZONES);
  expect("faults" in read && read.faults).toEqual([{ row: 2, column: "from_zones", fault: "zone", text: "cellar" }]);
  expect(ZONES.known).toEqual(["办公", "访客", "仓库 2", "互联网"]);
});
