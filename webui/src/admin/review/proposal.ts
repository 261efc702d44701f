// A change that is proposed, and what the box says of it before anything is in force. One question for the page that
// sends it and for the review, so that the review shows what the page has asked already.
import { queryOptions } from "@tanstack/react-query";
import { call } from "../../api/client";
import type { Preview } from "../api";

export interface Proposal {
  path: "/settings" | "/crm-access";
  body: Record<string, unknown>;
  /** The version that its author saw; null: whatever is in force when it is reviewed. */
  etag: string | null;
}

export interface Reviewed {
  preview: Preview;
  /** What `preview` compares with. */
  etag: string | null;
}

/** `round`: 0, and one more for each time that somebody was quicker: then with what is in force by now. */
export function reviewOf({ path, body, etag }: Proposal, language: string, round = 0) {
  const seen = round === 0 ? etag : null;
  return queryOptions<Reviewed>({
    queryKey: ["review", language, path, body, seen, round],
    queryFn: async ({ signal }) => ({
      // Before the comparison: a change in between is refused, not missed.
      etag: seen ?? (await call("GET", path, { signal })).etag,
      preview: (await call<Preview>("POST", `${path}/preview`, { body, signal })).data,
    }),
    staleTime: Infinity,
    gcTime: 60_000,
    refetchOnWindowFocus: false,
  });
}

const WEIGHTS = ["warning", "note", "good"];

/** What needs a look first; else in the box's order. */
export function weighted({ findings }: Preview): Preview["findings"] {
  return findings.toSorted((one, other) => WEIGHTS.indexOf(one.weight) - WEIGHTS.indexOf(other.weight));
}
