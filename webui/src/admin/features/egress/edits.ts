// Destinations that were staged and are not in force yet, and the addresses of their pages. They are kept as what is to be
// changed, so that they fit whatever somebody else changes meanwhile.
import { DRAFTS } from "../../review/drafts";
import { listOf, useKept } from "../../review/kept";
import { isEdit } from "./destinations";

export const HOME = "/egress";
export const NEW = "/egress/new";
export const REVIEW = "/egress/review";

const EDITS = listOf(DRAFTS[HOME], isEdit);

export function editAddress(key: string): string {
  return `/egress/change/${encodeURIComponent(key)}`;
}

export const useEdits = () => useKept(EDITS);
