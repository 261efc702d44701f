// Dates and times as the design language asks: "Today 09:12", the weekday within a week, then
// "6 Nov", another year as 2025-08-21; Chinese 今天 09:12、11 月 26 日（周四）. Always 24 hours, always in
// the account's time zone. Pure: the present moment is an argument.
import type { Language } from "./language";

interface Parts {
  year: number;
  month: number;
  day: number;
  time: string;
}

/** The zone, or the device's own when this browser does not know it: names are added every year. */
export function knownZone(timeZone: string): string | undefined {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone });
    return timeZone;
  } catch {
    return undefined;
  }
}

function partsOf(at: Date, timeZone: string | undefined): Parts {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const read = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return {
    year: Number(read("year")),
    month: Number(read("month")),
    day: Number(read("day")),
    time: `${read("hour")}:${read("minute")}`,
  };
}

/** Whole days between two calendar days, in the zone the parts were taken in. */
function daysBetween(earlier: Parts, later: Parts): number {
  const at = (parts: Parts) => Date.UTC(parts.year, parts.month - 1, parts.day);
  return Math.round((at(later) - at(earlier)) / 86_400_000);
}

const two = (value: number) => String(value).padStart(2, "0");

function dayOf(parts: Parts, now: Parts, language: Language): string {
  const days = daysBetween(parts, now);
  const chinese = language === "zh-CN";
  if (days === 0) return chinese ? "今天" : "Today";
  if (days === 1) return chinese ? "昨天" : "Yesterday";
  if (days === -1) return chinese ? "明天" : "Tomorrow";
  const noon = new Date(Date.UTC(parts.year, parts.month - 1, parts.day, 12));
  const weekday = (width: "long" | "short") =>
    new Intl.DateTimeFormat(language, { timeZone: "UTC", weekday: width }).format(noon);
  if (parts.year !== now.year) return `${parts.year}-${two(parts.month)}-${two(parts.day)}`;
  if (Math.abs(days) < 7 && !chinese) return weekday("long");
  if (chinese) return `${parts.month} 月 ${parts.day} 日${Math.abs(days) < 7 ? `（${weekday("short")}）` : ""}`;
  const month = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", month: "short" }).format(noon).slice(0, 3);
  return `${parts.day} ${month}`;
}

function formatDay(at: Date, now: Date, language: Language, timeZone?: string): string {
  return dayOf(partsOf(at, timeZone), partsOf(now, timeZone), language);
}

export function formatWhen(at: Date, now: Date, language: Language, timeZone?: string): string {
  const day = formatDay(at, now, language, timeZone);
  // No blank beside a full-width bracket.
  return `${day}${day.endsWith("）") ? "" : " "}${partsOf(at, timeZone).time}`;
}

/** Two moments within one sentence; the day of the second only where it is another. */
export function formatSpan(first: Date, last: Date, now: Date, language: Language, timeZone?: string): { first: string; last: string } {
  const sameDay = formatDay(first, now, language, timeZone) === formatDay(last, now, language, timeZone);
  const of = (at: Date) => withinSentence(formatWhen(at, now, language, timeZone));
  return { first: of(first), last: sameDay ? partsOf(last, timeZone).time : of(last) };
}

/** "today 09:12"; names of days and months keep their capital. */
export function withinSentence(when: string): string {
  return when.replace(/^(Today|Yesterday|Tomorrow) /, (day) => day.toLowerCase());
}

/** What stands between a word and a time after it: Chinese puts a blank only before a number. */
export function blankBefore(when: string): string {
  return /^\p{Script=Han}/u.test(when) ? "" : " ";
}

/** Two clocks to be compared: the time alone, with seconds, both in UTC. */
export function formatClocks(box: Date, here: Date): { box: string; here: string } {
  return { box: formatClock(box, "UTC"), here: formatClock(here, "UTC") };
}

/** The time alone, with seconds: of what is minutes away. */
export function formatTime(at: Date, timeZone?: string): string {
  return formatClock(at, timeZone);
}

function formatClock(at: Date, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(at);
}

/** A date alone that is far away, written out: certificates. */
export function formatDate(at: Date, timeZone?: string): string {
  const parts = partsOf(at, timeZone);
  return `${parts.year}-${two(parts.month)}-${two(parts.day)}`;
}
