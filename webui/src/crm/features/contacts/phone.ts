/** What a phone can dial of a number as it was typed; null when there is nothing to dial. */
export function dialled(typed: string): string | null {
  const signs = typed.normalize("NFKC").replace(/[^\d+*]/g, "");
  return /\d/.test(signs) ? `tel:${signs}` : null;
}
