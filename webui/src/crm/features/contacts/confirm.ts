// Whether a name that was typed to confirm is the one that is meant. What nobody sees or can type alike makes no
// difference: space at the ends, several spaces for one, letters of full width, accents put together otherwise.

export function isSameName(typed: string, name: string): boolean {
  return plain(typed) === plain(name);
}

function plain(text: string): string {
  return text.normalize("NFKC").trim().replace(/\s+/gu, " ");
}
