// Entries of a list of addresses: what is wrong is said, and nothing that the box takes is called wrong.
import { expect, test } from "vitest";
import { faultOf, firstFault } from "../src/admin/features/rules/members";
import { piecesOf } from "../src/admin/features/rules/pieces";

test("what the box takes is left alone", () => {
  for (const entry of ["192.168.20.7", "192.168.20.0/24", "0.0.0.0/0", "192.168.20.7/32", "192.168.20.10-192.168.20.19", "fd00::7", "fd00::/8", "::/0", "fd00::1-fd00::9", "52:54:00:67:00:01", "::ffff:0:0"]) {
    expect([entry, faultOf(entry, true)]).toEqual([entry, null]);
  }
});

test("nonsense is no address", () => {
  for (const entry of ["printer", "192.168.20", "192.168.20.256", "192.168.020.7", "192.168.20.0/33", "192.168.20.0/", "192.168.20.0/024", "fd00::/129", "fd00:::1", "1-2", "192.168.20.1-", "a-b-c", "01:00:5e:00:00:01", "00:00:00:00:00:00", "tcp/443", "10.0.0.1%eth0"]) {
    expect([entry, faultOf(entry, true)]).toEqual([entry, { is: "none" }]);
  }
});

test("what would be right is named", () => {
  expect(faultOf("192.168.20.7/24", true)).toEqual({ is: "inside", right: "192.168.20.0/24" });
  expect(faultOf("10.9.8.7/8", false)).toEqual({ is: "inside", right: "10.0.0.0/8" });
  expect(faultOf("192.168.20.19-192.168.20.10", true)).toEqual({ is: "reversed" });
  expect(faultOf("192.168.20.19-192.168.20.19", true)).toEqual({ is: "reversed" });
  expect(faultOf("192.168.20.1-fd00::1", true)).toEqual({ is: "reversed" });
  expect(faultOf("52:54:00:67:00:01", false)).toEqual({ is: "card" });
  expect(firstFault(["10.0.0.1", "nonsense", "10.0.0.1/8"], true)).toEqual({ entry: "nonsense", fault: { is: "none" } });
  expect(firstFault([], true)).toBeNull();
});

test("punctuation of a sentence stays with what it stands behind", () => {
  expect(piecesOf("{who} {does} {where}: {what}, {log}")).toEqual([
    { name: "who", after: "" },
    { text: " " },
    { name: "does", after: "" },
    { text: " " },
    { name: "where", after: ":" },
    { text: " " },
    { name: "what", after: "," },
    { text: " " },
    { name: "log", after: "" },
  ]);
  expect(piecesOf("“{who}”，{when}。")).toEqual([{ text: "“" }, { name: "who", after: "”，" }, { name: "when", after: "。" }]);
  expect(piecesOf("plain")).toEqual([{ text: "plain" }]);
});
