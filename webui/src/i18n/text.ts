// Looks a text up and fills it in. Pure, so that it can be tested without a page.
import type { Language } from "./language";

/** Texts by full key, `file.name`. */
export type Catalogue = Record<string, string>;
export type Values = Record<string, string | number>;

export function lookUp(catalogue: Catalogue, language: Language, key: string, count?: number): string {
  if (count !== undefined) {
    const form = new Intl.PluralRules(language).select(count);
    const plural = catalogue[`${key}_${form}`] ?? catalogue[`${key}_other`];
    if (plural !== undefined) return plural;
  }
  return catalogue[key] ?? catalogue[`${key}_other`] ?? key;
}

/** Puts the values at their `{names}`; a name without a value stays as it is. */
export function fill(text: string, values: Values, language: Language): string {
  return text.replace(/\{(\w+)\}/g, (piece, name: string) => {
    const value = values[name];
    if (value === undefined) return piece;
    return typeof value === "number" ? new Intl.NumberFormat(language).format(value) : value;
  });
}

/** A name as it fits the middle of a sentence; no letter is cut in half. */
export function shorten(name: string, most = 60): string {
  const letters = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(name)];
  if (letters.length <= most) return name;
  const kept = letters.slice(0, most - 1).map((one) => one.segment);
  return `${kept.join("").trimEnd()}…`;
}

/** `ui.json` and `log.json` of one language become one catalogue with full keys. */
export function catalogueOf(files: Record<string, Record<string, string>>): Catalogue {
  const all: Catalogue = {};
  for (const [file, texts] of Object.entries(files)) {
    for (const [name, text] of Object.entries(texts)) all[`${file}.${name}`] = text;
  }
  return all;
}
