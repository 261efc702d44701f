// What zones are called in a table: by their label, so that whoever reads it knows them; ours by the name that is the same
// in each language. Read are labels, names in the document, and what this page shows. Pure but for the hook.
import { isObject } from "../../../api/client";
import type { SettingsDocument } from "../../api";
import { useOwnName } from "../../zone";
import { labelsOf } from "../zones/document";

export interface CsvZones {
  said: (name: string) => string;
  /** Null for what is no zone. */
  named: (text: string) => string | null;
  /** All that can be named. */
  known: string[];
}

export function csvZones(document: SettingsDocument, ownName: (name: string) => string): CsvZones {
  const labels = labelsOf(document);
  const names = [...(isObject(document.zones) ? Object.keys(document.zones) : []), "wan"];
  const shown = (name: string) => labels[name] ?? ownName(name);
  const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
  return {
    said: (name) => labels[name] ?? name,
    named: (text) => names.find((name) => same(shown(name), text)) ?? names.find((name) => same(name, text)) ?? null,
    known: names.map(shown),
  };
}

export function useCsvZones(document: SettingsDocument): CsvZones {
  return csvZones(document, useOwnName());
}
