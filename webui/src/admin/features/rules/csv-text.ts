// The text of a file, in whatever code a spreadsheet wrote it: UTF-8, UTF-16 with or without a mark, GB 18030 (which
// holds GBK and GB 2312). Pure.

/** Some words in GBK are UTF-8 as well, of signs that nobody writes: 前台 would be “ǰ̨”. */
const STRANGE = /[\u0180-\u02ff\u0530-\u058f\u0700-\u07ff]|(?<!\p{L})[\u0300-\u036f]/u;

/** Null when it is none of them: no text at all. */
export function textOf(bytes: Uint8Array): string | null {
  for (const code of codesOf(bytes)) {
    try {
      const text = new TextDecoder(code, { fatal: true }).decode(bytes);
      if (!text.includes("\0") && !(code === "utf-8" && STRANGE.test(text))) return text;
    } catch {
      // The next one.
    }
  }
  return null;
}

function codesOf(bytes: Uint8Array): string[] {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return ["utf-16le"];
  if (first === 0xfe && second === 0xff) return ["utf-16be"];
  // A header of Latin letters has a zero in every second byte.
  if (first !== 0 && second === 0) return ["utf-16le"];
  if (first === 0 && second !== 0) return ["utf-16be"];
  return ["utf-8", "gb18030"];
}
