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

/** Splits `a {name} b` into text and names, for filling with text or with elements. */
export function pieces(text: string): { text: string; name: string | null }[] {
  const found: { text: string; name: string | null }[] = [];
  let from = 0;
  for (const match of text.matchAll(/\{(\w+)\}/g)) {
    if (match.index > from) found.push({ text: text.slice(from, match.index), name: null });
    found.push({ text: match[0], name: match[1] ?? null });
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from), name: null });
  return found;
}

export function fill(text: string, values: Values, language: Language): string {
  return pieces(text)
    .map((piece) => {
      if (piece.name === null) return piece.text;
      const value = values[piece.name];
      if (value === undefined) return piece.text;
      return typeof value === "number" ? new Intl.NumberFormat(language).format(value) : value;
    })
    .join("");
}

/** `ui.json` and `log.json` of one language become one catalogue with full keys. */
export function catalogueOf(files: Record<string, Record<string, string>>): Catalogue {
  const all: Catalogue = {};
  for (const [file, texts] of Object.entries(files)) {
    for (const [name, text] of Object.entries(texts)) all[`${file}.${name}`] = text;
  }
  return all;
}
