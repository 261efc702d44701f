// A text cut at its `{names}`, each with the punctuation that closes behind it: no line of a sentence begins with that. Pure.

export type Piece = { text: string } | { name: string; after: string };

export function piecesOf(sentence: string): Piece[] {
  const cut = sentence.split(/\{(\w+)\}([\p{Pe}\p{Pf}\p{Po}]*)/u);
  return cut.flatMap((piece, index): Piece[] => {
    if (index % 3 === 1) return [{ name: piece, after: cut[index + 1] ?? "" }];
    return index % 3 === 0 && piece !== "" ? [{ text: piece }] : [];
  });
}
