// Amounts of data and spans of time, short, in figures a person compares. Pure.

const BYTES = ["B", "kB", "MB", "GB", "TB", "PB"];
const RATES = ["bit/s", "kbit/s", "Mbit/s", "Gbit/s"];

/** "1.2 MB"; three figures at most. */
export function bytesText(bytes: number, language: string): string {
  return scaled(bytes, BYTES, language);
}

/** Of bytes in a minute: "24 Mbit/s". */
export function rateText(bytesInMinute: number, language: string): string {
  return scaled(bitsOf(bytesInMinute), RATES, language);
}

/** Bits in a second, of bytes in a minute. */
export function bitsOf(bytesInMinute: number): number {
  return (bytesInMinute * 8) / 60;
}

/** The other way round. */
export function minuteOf(bits: number): number {
  return (bits * 60) / 8;
}

function scaled(value: number, units: string[], language: string): string {
  let step = 0;
  let rest = Math.max(0, value);
  // What would be rounded to 1,000 is one of the next.
  while (rest >= 999.5 && step < units.length - 1) {
    rest /= 1000;
    step += 1;
  }
  const digits = step === 0 || rest >= 99.5 ? 0 : 1;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(rest)} ${units[step]}`;
}

export interface Span {
  unit: "seconds" | "minutes" | "hours" | "days";
  count: number;
}

/** The largest unit of which there is at least one. */
export function spanOf(seconds: number): Span {
  if (seconds < 60) return { unit: "seconds", count: Math.max(0, Math.floor(seconds)) };
  if (seconds < 3600) return { unit: "minutes", count: Math.floor(seconds / 60) };
  if (seconds < 86_400) return { unit: "hours", count: Math.floor(seconds / 3600) };
  return { unit: "days", count: Math.floor(seconds / 86_400) };
}
