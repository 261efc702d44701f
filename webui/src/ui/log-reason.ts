// What the reason of an entry tells where it is no word by itself: times of tries, a request, what the CRM said.
import type { LogEntry } from "../api/shared";
import type { Key } from "../i18n";

type Reason = Pick<LogEntry, "action" | "reason">;

/** Failed tries before the CRM was unlocked; no times when the box lost count of them. Null for any other entry. */
export function triesBefore(entry: Reason): { first: Date; last: Date } | "untimed" | null {
  if (entry.action !== "unlock" || entry.reason === null) return null;
  const [, first, last] = /^failed tries from (\d+) to (\d+)$/.exec(entry.reason) ?? [];
  if (first === undefined || last === undefined) return null;
  const times = { first: new Date(Number(first)), last: new Date(Number(last)) };
  const known = [times.first, times.last].every((at) => at.getTime() > 0);
  return known ? times : "untimed";
}

const SAID: Record<string, Key> = {
  "unlock-failed": "log.said.unlock-failed",
  "claim-refused": "log.said.claim-refused",
  unlocked: "log.said.unlocked",
  "recovery-key-used": "log.said.recovery-key-used",
  locked: "log.said.locked",
  restored: "log.said.restored",
  claimed: "log.said.claimed",
  "disk-failed": "log.said.disk-failed",
  "copy-late": "log.said.copy-late",
  "copy-bad": "log.said.copy-bad",
};

/** What the CRM told the admin's log, and what came by itself. */
export function said(entry: Reason): Key | null {
  if (entry.action === "device-new") return "log.said.devices-new";
  return entry.action === "crm-event" && entry.reason !== null ? ((Object.hasOwn(SAID, entry.reason) && SAID[entry.reason]) || null) : null;
}

/** Whether somebody tried to get in: it is logged as done because the telling was. */
export function isAttack(entry: Reason): boolean {
  return entry.action === "crm-event" && (entry.reason === "unlock-failed" || entry.reason === "claim-refused");
}

/** Whether a person should look at the box. */
export function needsLook(entry: Reason): boolean {
  return ["disk-failed", "damage-found"].includes(entry.action) || (entry.action === "crm-event" && ["disk-failed", "copy-late", "copy-bad", "recovery-key-used"].includes(entry.reason ?? ""));
}

/** Whether somebody who has the password did not have the code: the owner should ask whose hands it is in. */
export function passwordWasRight(entry: Reason): boolean {
  return entry.action === "sign-in-refused" && (entry.reason === "wrong-totp" || entry.reason === "used-totp");
}

/** What a role is for, by the first part of a path. */
const WHAT: Record<string, Key> = { people: "log.what.people", invitations: "log.what.invitations", log: "log.what.log" };

/** What somebody tried whose role does not allow it. Null for a path that has no word. */
export function tried(entry: Reason): { key: Key; what: Key | null } | null {
  if (entry.action !== "not-allowed" || entry.reason === null) return null;
  const [, method, path] = /^([A-Z]+) \/api\/v1\/([a-z-]+)(?:\/.*)?$/.exec(entry.reason) ?? [];
  if (method === "POST" && path === "lock") return { key: "log.triedLock", what: null };
  const what = Object.hasOwn(WHAT, path ?? "") ? WHAT[path ?? ""] : undefined;
  if (what === undefined) return null;
  return { key: method === "GET" ? "log.triedRead" : "log.triedChange", what };
}

/** Why a contact was erased, and that its key is destroyed: `asked`, or `other: as somebody wrote`. */
export function erasedWhy(entry: Reason): { code: string; note: string | null } | null {
  if (entry.action !== "contact-erased" || entry.reason === null) return null;
  const [, code, note] = /^([a-z-]+)(?:: (.+))?$/.exec(entry.reason) ?? [];
  return code === undefined ? null : { code, note: note ?? null };
}

/** A packet that was sent for a test: from where to where, what it was, and whether it arrived. */
export function packetTried(entry: Reason): { key: Key; from: string; to: string; what: string } | null {
  if (entry.action !== "packet-tried" || entry.reason === null) return null;
  const [, from, to, protocol, port, version, end] = /^(\S+) to (\S+), (tcp|udp|icmp)(?: (\d+))?, IPv([46]): (arrived|stopped)$/.exec(entry.reason) ?? [];
  if (from === undefined || to === undefined || protocol === undefined) return null;
  const what = [protocol.toUpperCase(), port, `IPv${version}`].filter(Boolean).join(" ");
  return { key: end === "arrived" ? "log.packetArrived" : "log.packetStopped", from, to, what };
}
