// A packet as it is typed, and as the box is asked about it. Pure.
import type { PacketAsked } from "../../api";

export const PROTOCOLS = ["tcp", "udp", "icmp", "other"] as const satisfies PacketAsked["protocol"][];
export const STATES = ["new", "open", "answer", "former", "error", "invalid"] as const satisfies NonNullable<PacketAsked["state"]>[];
export const SENDERS = ["system", "names", "time", "address"] as const satisfies NonNullable<PacketAsked["sender"]>[];

export interface Draft {
  from: string;
  source: string;
  destination: string;
  protocol: (typeof PROTOCOLS)[number];
  port: string;
  sourcePort: string;
  icmpType: string;
  state: (typeof STATES)[number];
  sender: (typeof SENDERS)[number];
}

export const EMPTY: Draft = { from: "", source: "", destination: "", protocol: "tcp", port: "443", sourcePort: "", icmpType: "", state: "new", sender: "system" };

/** Fields that are needed and empty. What is typed is judged by the box. */
export function wrongIn(draft: Draft): (keyof Draft)[] {
  const needed: (keyof Draft)[] = ["source", "destination"];
  if (hasPorts(draft)) needed.push("port");
  return needed.filter((field) => draft[field].trim() === "");
}

/** What does not belong to the protocol is left out: it may be typed and hidden. */
export function questionOf(draft: Draft): PacketAsked {
  const asked: PacketAsked = { from: draft.from, source: draft.source.trim(), destination: draft.destination.trim(), protocol: draft.protocol };
  if (hasPorts(draft)) {
    asked.port = numberOf(draft.port);
    if (draft.sourcePort.trim() !== "") asked.sourcePort = numberOf(draft.sourcePort);
  }
  if (draft.protocol === "icmp" && draft.icmpType.trim() !== "") asked.icmpType = numberOf(draft.icmpType);
  if (draft.state !== "error" || draft.protocol === "icmp") asked.state = draft.state;
  if (draft.from === "box") asked.sender = draft.sender;
  return asked;
}

function hasPorts(draft: Draft): boolean {
  return draft.protocol === "tcp" || draft.protocol === "udp";
}

/** What is no number goes as it is: the box refuses it at its field. */
function numberOf(text: string): number {
  const typed = text.trim();
  return /^\d+$/.test(typed) ? Number(typed) : (typed as unknown as number);
}
