// A packet as it is typed, and as the box is asked about it. Pure.
import type { PacketAsked } from "../../api";

export const PROTOCOLS = ["tcp", "udp", "icmp", "other"] as const satisfies PacketAsked["protocol"][];
export const STATES = ["new", "open", "answer", "former", "error", "invalid"] as const satisfies NonNullable<PacketAsked["state"]>[];
export const SENDERS = ["system", "names", "time", "address"] as const satisfies NonNullable<PacketAsked["sender"]>[];

export interface Draft {
  from: string;
  source: string;
  /** Of the network card that sends it; empty for one that no rule names. */
  card: string;
  destination: string;
  protocol: (typeof PROTOCOLS)[number];
  port: string;
  sourcePort: string;
  icmpType: string;
  state: (typeof STATES)[number];
  sender: (typeof SENDERS)[number];
}

export const EMPTY: Draft = { from: "", source: "", card: "", destination: "", protocol: "tcp", port: "443", sourcePort: "", icmpType: "", state: "new", sender: "system" };

/** Fields that are needed and empty. What is typed is judged by the box. */
export function wrongIn(draft: Draft): (keyof Draft)[] {
  const needed: (keyof Draft)[] = ["source", "destination"];
  if (hasPorts(draft)) needed.push("port");
  return needed.filter((field) => draft[field].trim() === "");
}

/** What does not belong to the protocol is left out: it may be typed and hidden. */
export function questionOf(draft: Draft): PacketAsked {
  const asked: PacketAsked = { from: draft.from, source: draft.source.trim(), destination: draft.destination.trim(), protocol: draft.protocol };
  // WAN and the box itself are no devices.
  if (draft.card.trim() !== "" && draft.from !== "wan" && draft.from !== "box") asked.card = draft.card.trim();
  if (hasPorts(draft)) {
    asked.port = numberOf(draft.port);
    if (draft.sourcePort.trim() !== "") asked.sourcePort = numberOf(draft.sourcePort);
  }
  if (draft.protocol === "icmp" && draft.icmpType.trim() !== "") asked.icmpType = numberOf(draft.icmpType);
  if (draft.state !== "error" || draft.protocol === "icmp") asked.state = draft.state;
  if (draft.from === "box") asked.sender = draft.sender;
  return asked;
}

/** Whether what was asked is what stands in the form. */
export function isSameQuestion(one: Draft, other: Draft): boolean {
  return JSON.stringify(questionOf(one)) === JSON.stringify(questionOf(other));
}

/** The draft as a packet of the device: its card, where it is, and its address of the version that is asked about. */
export function sentBy(draft: Draft, device: { mac: string; zone: string; addresses: string[] }): Draft {
  const isV6 = (address: string) => address.includes(":");
  const [wanted, destination] = [device.addresses, draft.destination.trim()];
  const source = (destination === "" ? undefined : wanted.find((one) => isV6(one) === isV6(destination))) ?? wanted.find((one) => !isV6(one)) ?? wanted[0];
  return { ...draft, card: device.mac, from: device.zone, source: source ?? draft.source };
}

function hasPorts(draft: Draft): boolean {
  return draft.protocol === "tcp" || draft.protocol === "udp";
}

/** What is no number goes as it is: the box refuses it at its field. */
function numberOf(text: string): number {
  const typed = text.trim();
  return /^\d+$/.test(typed) ? Number(typed) : (typed as unknown as number);
}
