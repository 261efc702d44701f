// Names of hosts in the script that people write them in. The box keeps them in letters alone, as the network does
// (RFC 5891): `xn--fsqu00a.cn` is `例子.cn`. Both are shown wherever somebody decides about a name: names that look alike
// in another script are others. Pure.
import { toUnicode } from "punycode/";

const PREFIX = "xn--";

/** Null for a name without another script in it, and for what is no such name. */
export function scriptOf(name: string): string | null {
  const ascii = name.toLowerCase();
  if (!ascii.split(".").some((one) => one.startsWith(PREFIX))) return null;
  const script = decoded(ascii);
  // Shown only if whoever types it gets to this very name.
  return script !== null && asciiOf(script) === ascii ? script : null;
}

function decoded(ascii: string): string | null {
  try {
    return toUnicode(ascii);
  } catch {
    return null;
  }
}

/** As the network writes it; null for what is no name of a host. */
export function asciiOf(name: string): string | null {
  try {
    return new URL(`https://${name}`).hostname;
  } catch {
    return null;
  }
}

/** A name as a form takes it: in another script it becomes what the network writes, all else stays as it was typed. */
export function typedName(name: string): string {
  return /[^\u0000-\u007f]/.test(name) ? (asciiOf(name) ?? name) : name;
}

const NAMES = /(?<![\w.-])(?:[a-z0-9_-]+\.)*xn--[a-z0-9-]+(?:\.[a-z0-9-]+)*/gi;

/** A text with each such name in it given by `both`. */
export function withScripts(text: string, both: (script: string, ascii: string) => string): string {
  return text.replace(NAMES, (name) => {
    const script = scriptOf(name);
    return script === null ? name : both(script, name);
  });
}
