// Destinations that were prepared and are not in force yet: in this tab, for the account that is signed in. They are kept
// as what is to be changed, so that they fit whatever somebody else changes meanwhile.
import { useCallback, useState } from "react";
import { useAccount } from "../../../ui/session";
import { forgetHere, keepHere, readHere } from "../../here";
import { type Edit, isEdit } from "./destinations";

const NAME = "draft-egress";

export const HOME = "/egress";
export const NEW = "/egress/new";
export const REVIEW = "/egress/review";

export function editAddress(key: string): string {
  return `/egress/change/${encodeURIComponent(key)}`;
}

export function useEdits(): { edits: Edit[]; keep: (next: Edit[]) => void } {
  const account = useAccount().id;
  const [edits, setEdits] = useState(() => {
    const kept = readHere(NAME, account);
    return Array.isArray(kept) ? kept.filter(isEdit) : [];
  });
  const keep = useCallback(
    (next: Edit[]) => {
      if (next.length === 0) forgetHere(NAME);
      else keepHere(NAME, account, next);
      setEdits(next);
    },
    [account],
  );
  return { edits, keep };
}
