// A document with a device put into quarantine, or taken out. Pure.
import type { SettingsDocument } from "../../api";

export function quarantined(document: SettingsDocument): string[] {
  const list = document.quarantine;
  return Array.isArray(list) ? list.filter((mac) => typeof mac === "string") : [];
}

export function withQuarantine(document: SettingsDocument, mac: string, into: boolean): SettingsDocument {
  const others = quarantined(document).filter((one) => one !== mac);
  const list = into ? [...others, mac].sort() : others;
  const rest = Object.fromEntries(Object.entries(document).filter(([name]) => name !== "quarantine"));
  return list.length === 0 ? rest : { ...rest, quarantine: list };
}

/** Of an address of this page: which device, and where to. */
export function wantedOf(search: string): { mac: string; into: boolean } | null {
  const params = new URLSearchParams(search);
  const into = params.get("in");
  const mac = (into ?? params.get("out") ?? "").toLowerCase();
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) ? { mac, into: into !== null } : null;
}
