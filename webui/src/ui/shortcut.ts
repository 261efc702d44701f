// Which shortcut a pressed key means. Single keys mean nothing while something is typed, and nothing at all when they
// are switched off (WCAG 2.1.4). Pure, so that it can be tested without a page.

export interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  /** In the middle of a Chinese character. */
  isComposing: boolean;
  /** Held down. */
  repeat: boolean;
  /** Already used by what has the focus. */
  defaultPrevented: boolean;
}

export interface Where {
  /** The focus is in a field that takes text or picks by letters. */
  inField: boolean;
  /** Single keys are switched on. */
  singleKeys: boolean;
}

/** `Control+k` (also with the command key), `Escape`, or one sign such as `n` or `?`; null when nothing is meant. */
export function meant(pressed: Pressed, where: Where): string | null {
  if (pressed.defaultPrevented || pressed.isComposing || pressed.altKey) return null;
  const key = pressed.key.length === 1 ? pressed.key.toLowerCase() : pressed.key;
  if (pressed.ctrlKey || pressed.metaKey) return pressed.shiftKey || pressed.repeat || key !== "k" ? null : "Control+k";
  if (key === "Escape") return pressed.shiftKey || pressed.repeat ? null : key;
  if (key.length !== 1 || key === " " || where.inField || !where.singleKeys) return null;
  // Signs such as `?` need the shift key on many keyboards, letters do not.
  if (pressed.shiftKey && /\p{L}/u.test(key)) return null;
  if (pressed.repeat && key !== "j" && key !== "k") return null;
  return key;
}

/** Whether a shortcut is a single key that can be switched off. */
export function isSingle(key: string): boolean {
  return key.length === 1;
}
