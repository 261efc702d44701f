// Where the list of contacts was left, so that coming back to it finds the same search, the same row and the same
// scroll. In memory of the page, as all of the CRM's.

interface Place {
  /** What was asked for, as in the address: `?search=…`, or nothing. */
  asked: string;
  /** The contact that was opened. */
  opened: string | null;
  /** Pixels scrolled, of the table and of the page. */
  table: number;
  page: number;
}

let left: Place | null = null;

export function leaveList(place: Place): void {
  left = place;
}

/** The place left with this question asked; null when another one was. */
export function placeIn(asked: string): Place | null {
  return left?.asked === asked ? left : null;
}

/** The list as it was left. */
export function listAddress(): string {
  return `/contacts${left?.asked ?? ""}`;
}

/** The contact that was opened is gone. */
export function forgetOpened(): void {
  if (left !== null) left = { ...left, opened: null };
}

export function forgetPlace(): void {
  left = null;
}
