import { expect, test } from "vitest";
import { addressesOf, isTime, isWay, timeOf, waysOf } from "../src/admin/features/rules/lists";
import { lacking, sorted, stands } from "../src/admin/features/rules/problems";
import type { Parts, Rule } from "../src/admin/features/rules/document";
import { daysSaid } from "../src/admin/features/rules/words";

test("a pasted list is read with the punctuation of any keyboard", () => {
  expect(addressesOf("192.168.10.7，192。168。10。8；10.0.0.0/8、fd00：：1。10.0.0.1")).toEqual(["192.168.10.7", "192.168.10.8", "10.0.0.0/8", "fd00::1", "10.0.0.1"]);
  expect(addressesOf("- 10.0.0.1\n- 10.0.0.2\n• 10.0.0.3\n10.0.0.1")).toEqual(["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
  expect(addressesOf("１９２．１６８．１０．７ ")).toEqual(["192.168.10.7"]);
});

test("ranges may have blanks or other dashes, on one line", () => {
  for (const text of ["10.0.0.1-10.0.0.9", "10.0.0.1 - 10.0.0.9", "10.0.0.1–10.0.0.9", "10.0.0.1 至 10.0.0.9", "10.0.0.1～10.0.0.9"]) expect(addressesOf(text)).toEqual(["10.0.0.1-10.0.0.9"]);
  expect(addressesOf("fd00::1 — fd00::9")).toEqual(["fd00::1-fd00::9"]);
  expect(addressesOf("10.0.0.1\n-\n10.0.0.9")).toEqual(["10.0.0.1", "10.0.0.9"]);
});

test("cards are read in the spelling of any system, and nothing else is taken for one", () => {
  for (const text of ["52-54-00-67-00-AA", "52:54:00:67:00:aa", "5254.0067.00aa", "5254006700AA"]) expect(addressesOf(text)).toEqual(["52:54:00:67:00:aa"]);
  expect(addressesOf("5254:0067:00aa 52-5400-67-00-aa nonsense")).toEqual(["5254:0067:00aa", "52-5400-67-00-aa", "nonsense"]);
});

test("ways are read as people write ports", () => {
  expect(waysOf("443, TCP 80\n5000-5010/udp；udp:53、PING 8000 - 8010")).toEqual(["tcp/443", "tcp/80", "udp/5000-5010", "udp/53", "ping", "tcp/8000-8010"]);
  expect(["tcp/1", "udp/9-10", "ping", "tcp/65535"].every(isWay)).toBe(true);
  expect(["tcp/0", "tcp/65536", "tcp/9-8", "sctp/1", "tcp/", "tcp/080", "web"].some(isWay)).toBe(false);
});

test("times are read as people write them", () => {
  expect(["8", "8:00", "0800", "８：３０", "8.05", "8点30分", " 24:00 "].map(timeOf)).toEqual(["08:00", "08:00", "08:00", "08:30", "08:05", "08:30", "24:00"]);
  expect(["08:60", "24:01", "25:00", "noon", ""].map(timeOf).some(isTime)).toBe(false);
  expect(["00:00", "23:59", "24:00"].every(isTime)).toBe(true);
});

test("days in a row are said as one", () => {
  const said = (days: Parameters<typeof daysSaid>[0]) => daysSaid(days, (day) => day, ", ", "–");
  expect(said(["fri", "mon", "tue", "wed", "thu", "sun"])).toBe("mon–fri, sun");
  expect(said(["mon", "tue", "sat"])).toBe("mon, tue, sat");
});

const rule: Rule = { id: 4, action: "allow", from: { zones: ["office"], addresses: ["10.0.0.1", { group: "PCs" }] }, to: { zones: ["wan"], addresses: "all" }, services: ["web"] };
const parts: Parts = { rules: [rule], services: [], groups: [{ name: "a/b~c", list: ["x"] }], schedules: [], timeZone: null, crmHours: [], published: [] };
const document = { crm: { reachable_from: [{ zone: "guest", addresses: "all" }] } };
const error = (field: string) => ({ field, code: "x", message: "wrong" });

test("what the box refuses is found at its picker, by the entry", () => {
  const { troubles, others } = sorted(
    ["/document/rules/0/from/addresses/1/group", "/document/rules/0/services/0", "/document/rules/0/id", "/document/groups/a~1b~0c/0", "/document/time_zone", "/document/crm/reachable_from/0/schedule", "/document/zones/office", "/document/rules/7/to", "/document/rules"].map(error),
    parts,
    document,
  );
  expect(troubles.map(({ at, entry }) => [at, entry])).toEqual([
    [{ rule: 4, part: "who" }, "PCs"],
    [{ rule: 4, part: "what" }, "web"],
    [{ rule: 4, part: null }, null],
    [{ kind: "groups", name: "a/b~c" }, "x"],
    [{ timeZone: true }, null],
    [{ crm: "guest" }, null],
  ]);
  expect(others.map((one) => one.field)).toEqual(["/document/zones/office", "/document/rules/7/to", "/document/rules"]);
});

test("it is settled once its rule is another", () => {
  const [trouble] = sorted([error("/document/rules/0/to/zones")], parts, document).troubles;
  expect(stands(trouble!, parts)).toBe(true);
  expect(stands(trouble!, { ...parts, rules: [{ ...rule }] })).toBe(false);
});

test("nothing picked is nobody, and said before it is sent", () => {
  expect(lacking(rule)).toEqual([]);
  expect(lacking({ ...rule, services: [], from: { zones: "all", addresses: [] }, to: { zones: [], addresses: "all" } })).toEqual(["who", "where", "what"]);
});
