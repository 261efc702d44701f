// What was edited on a page and is not in force yet: in this tab, for the account that is signed in, over its review and
// its trial, until it is kept or dropped.
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import { useAccount } from "../../ui/session";
import { forgetHere, keepHere, onKept, readHere } from "../here";

export interface Kind<T> {
  name: string;
  /** What was kept, where it is such a thing; else what stands for nothing. */
  read: (kept: unknown) => T;
  isNone: (edits: T) => boolean;
}

/** A list of edits; an entry that is none is left out. */
export function listOf<E>(name: string, isEntry: (value: unknown) => value is E): Kind<E[]> {
  return { name, read: (kept) => (Array.isArray(kept) ? kept.filter(isEntry) : []), isNone: (edits) => edits.length === 0 };
}

/** One thing, or none. */
export function oneOf<T>(name: string, isOne: (value: unknown) => value is T): Kind<T | null> {
  return { name, read: (kept) => (isOne(kept) ? kept : null), isNone: (edit) => edit === null };
}

/** Whoever shows the same edits sees each change of them. */
export function useKept<T>({ name, read, isNone }: Kind<T>): { edits: T; keep: (next: T) => void } {
  const account = useAccount().id;
  const kept = useSyncExternalStore(onKept, () => readHere(name, account));
  const edits = useMemo(() => read(kept), [kept, read]);
  const keep = useCallback(
    (next: T) => {
      if (isNone(next)) forgetHere(name);
      else keepHere(name, account, next);
    },
    [account, isNone, name],
  );
  return { edits, keep };
}

/** Once all of it is in force for good it is dropped: it must not come back when somebody changes it later. */
export function useDropped(isDone: boolean, drop: () => void): void {
  useEffect(() => {
    if (isDone) drop();
  });
}
