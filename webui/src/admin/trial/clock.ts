// The time that a trial has left, by the box's word alone: this device's date may be wrong, so all moments here are of
// a clock that only counts (`performance.now()`). Pure.

/** What is said aloud of the time left; never each second. */
const MARKS = [30, 10] as const;
/** Answers come late by the way they took, and the box says whole seconds. */
const SLACK_MS = 2_000;

export type Announcement = "start" | (typeof MARKS)[number];

/** When a trial ends that had `secondsLeft` at `now`. The earlier of two that are nearly the same, so that the figures
    never jump back. */
export function deadlineOf(before: number | null, secondsLeft: number, now: number): number {
  const next = now + secondsLeft * 1_000;
  return before !== null && before < next && next - before < SLACK_MS ? before : next;
}

export function leftUntil(deadline: number, now: number): number {
  return Math.max(0, Math.ceil((deadline - now) / 1_000));
}

/** "0:52", "10:00". */
export function clockText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** What is due to be said when `before` seconds became `now`; `before` is null when the trial is new to this page. */
export function announcementAt(before: number | null, now: number): Announcement | null {
  if (now === 0) return null;
  if (before === null) return "start";
  // A page that slept says the last one only.
  return MARKS.findLast((mark) => before > mark && now <= mark) ?? null;
}
