// What has to be said to keep what is tried. It stays with this tab until the trial is over, also when the page is
// loaded anew; another tab does not have it.
import { isObject } from "../../api/client";
import { forgetHere, keepHere, readHere } from "../here";

const NAME = "trial";

interface Held {
  /** The trial that it keeps. */
  id: string;
  token: string;
  /** The page where it was prepared. */
  path: string;
}

export function holdToken(account: string, held: Held): void {
  keepHere(NAME, account, held);
}

export function heldToken(account: string): Held | null {
  const held = readHere(NAME, account);
  if (!isObject(held) || typeof held.id !== "string" || typeof held.token !== "string" || typeof held.path !== "string") return null;
  return { id: held.id, token: held.token, path: held.path };
}

export function dropToken(): void {
  forgetHere(NAME);
}
