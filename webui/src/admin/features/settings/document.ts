// Documents as texts: whether two say the same, and what a file holds. Pure.
import { isObject } from "../../../api/client";

/** As the box takes it. */
export const MAX_BYTES = 256 * 1024;

/** Members of an object have no order. */
export function sameDocument(one: unknown, other: unknown): boolean {
  return JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, ordered(value[key])]),
  );
}

export type FileFault = "tooLarge" | "notJson" | "notSettings";

/** The document of a file as it is written there, or what is wrong with it. Whether it is a good one the box says: what
    JSON becomes here has lost a field that is named twice. */
export function documentOf(file: string): { text: string } | { fault: FileFault } {
  const text = file.replace(/^\uFEFF/, "");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: "notJson" };
  }
  return isObject(value) && "version" in value ? { text } : { fault: "notSettings" };
}
