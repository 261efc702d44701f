// Destinations in the document and as they are changed before a review.
import { describe, expect, it } from "vitest";
import { type Destination, destinationsOf, edited, isEdit, keyOf, pendingOf, pointerTo, rowsOf, targetOf, withEdits } from "../src/admin/features/egress/destinations";

const mail: Destination = { for: "admin", to: "mail.example.com", protocol: "tcp", port: 465, note: "Bills", reason: "" };
const hook: Destination = { for: "crm", to: "hook.example.com", protocol: "tcp", port: 443, note: "", reason: "包裹" };
const document = { version: 1, egress: [{ for: "admin", to: "mail.example.com", protocol: "tcp", port: 465, note: "Bills" }] };

describe("destinations", () => {
  it("are added, changed and closed, and nothing else of the document is", () => {
    const added = withEdits(document, [{ key: keyOf(hook), to: hook }]);
    expect(added.egress).toEqual([...document.egress, { for: "crm", to: "hook.example.com", protocol: "tcp", port: 443, reason: "包裹" }]);
    expect(pointerTo(added, keyOf(hook))).toBe("/egress/1");
    expect(withEdits(document, [{ key: keyOf(mail), to: { ...mail, note: "" } }]).egress).toEqual([{ for: "admin", to: "mail.example.com", protocol: "tcp", port: 465 }]);
    expect(withEdits(document, [{ key: keyOf(mail), to: null }])).toEqual({ version: 1 });
    expect(document.egress).toHaveLength(1);
  });

  it("are pending only while they differ from what is in force", () => {
    const edits = edited(edited([], { key: keyOf(hook), to: hook }), { key: keyOf(mail), to: null });
    expect(rowsOf(document, edits).map((row) => row.state)).toEqual(["gone", "new"]);
    const done = withEdits(document, edits);
    expect(pendingOf(done, edits)).toEqual([]);
    expect(destinationsOf(done)).toEqual([hook]);
    expect(rowsOf(document, [{ key: keyOf(mail), to: { ...mail, note: "x" } }])[0]?.state).toBe("changed");
    expect(edited(edits, { key: keyOf(hook), to: null })).toHaveLength(2);
  });

  it("are read as they were typed or copied", () => {
    expect(targetOf(" Mail.Example.COM. ")).toBe("mail.example.com");
    expect(targetOf("https://API.example.com:8443/v2?x=1")).toBe("api.example.com");
    expect(targetOf("sftp://nas.example.com/backup")).toBe("nas.example.com");
    expect(targetOf("例子.cn")).toBe("xn--fsqu00a.cn");
    expect(targetOf("2620:fe::9")).toBe("2620:fe::9");
    expect(targetOf("9.9.9.0/24")).toBe("9.9.9.0/24");
    expect(targetOf("")).toBe("");
  });

  it("of another shape are left out", () => {
    expect(destinationsOf({ egress: [{ for: "guest" }, 1, null, { ...mail, protocol: "icmp" }] })).toEqual([]);
    expect(destinationsOf({ egress: "all" })).toEqual([]);
    expect(isEdit({ key: "x", to: null })).toBe(true);
    expect(isEdit({ key: "x", to: { to: "a" } })).toBe(false);
  });
});
