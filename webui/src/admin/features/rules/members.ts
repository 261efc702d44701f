// What is wrong with an entry of a list of addresses, as far as it can be told from the entry alone: what the box would
// refuse of it. Whether it fits the zones only the box knows. Pure.
import { addressOf, numberOf } from "../zones/document";

export type Fault =
  | { is: "none" }
  /** An address inside a network; `right` is the network. */
  | { is: "inside"; right: string }
  | { is: "reversed" }
  | { is: "card" };

/** Null for a good one. `cards`: network cards are taken, too. */
export function faultOf(entry: string, cards: boolean): Fault | null {
  if (isCard(entry)) return cards ? null : { is: "card" };
  const [first = "", last] = entry.split("-");
  if (last !== undefined) return faultOfRange(first, last);
  const [address = "", length] = entry.split("/");
  const most = lengthMost(address);
  if (most === null || (length !== undefined && !isLength(length, most))) return { is: "none" };
  return length === undefined || most === 128 ? null : faultOfNetwork(address, Number(length));
}

/** The first entry with something wrong about it. */
export function firstFault(entries: string[], cards: boolean): { entry: string; fault: Fault } | null {
  for (const entry of entries) {
    const fault = faultOf(entry, cards);
    if (fault !== null) return { entry, fault };
  }
  return null;
}

/** No group address, and not all zeros: those are no card's. */
function isCard(entry: string): boolean {
  return /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(entry) && !/^.[13579bdf]/i.test(entry) && /[^0:]/.test(entry);
}

function faultOfRange(first: string, last: string): Fault | null {
  const kinds = [lengthMost(first), lengthMost(last)];
  if (kinds.includes(null)) return { is: "none" };
  if (kinds[0] !== kinds[1]) return { is: "reversed" };
  // Which of two IPv6 addresses comes first the box says.
  return kinds[0] === 32 && (numberOf(first) ?? 0) >= (numberOf(last) ?? 0) ? { is: "reversed" } : null;
}

function faultOfNetwork(address: string, length: number): Fault | null {
  const [number, size] = [numberOf(address) ?? 0, 2 ** (32 - length)];
  const start = Math.floor(number / size) * size;
  return start === number ? null : { is: "inside", right: `${addressOf(start)}/${length}` };
}

/** 32 for an IPv4 address, 128 for an IPv6 address, null for neither. */
function lengthMost(text: string): 32 | 128 | null {
  if (text.split(".").every((part) => !/^0\d/.test(part)) && numberOf(text) !== null) return 32;
  if (!text.includes(":") || !/^[0-9a-f:.]+$/i.test(text)) return null;
  return URL.canParse(`http://[${text}]/`) ? 128 : null;
}

function isLength(text: string, most: number): boolean {
  return /^(0|[1-9]\d{0,2})$/.test(text) && Number(text) <= most;
}
