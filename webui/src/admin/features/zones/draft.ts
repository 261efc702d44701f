// Edits of zones, ports and what passes, collected in a copy of the settings until they are reviewed. Nothing of it is in
// force. What somebody else changes meanwhile goes into the copy.
import { useEffect, useMemo } from "react";
import { isObject } from "../../../api/client";
import type { SettingsDocument } from "../../api";
import { DRAFTS } from "../../review/drafts";
import { type Place, useJudged } from "../../review/judged";
import { oneOf, useKept } from "../../review/kept";
import type { Proposal } from "../../review/proposal";
import { rebased } from "../../review/rebase";
import type { Known } from "../../trial/state";
import { sameDocument } from "../settings/document";
import { asDocument, type Document } from "./document";

/** Edits of the document, made in a copy of what was in force then. */
interface Copy {
  base: SettingsDocument;
  document: SettingsDocument;
}

const COPY = oneOf(DRAFTS["/zones"], (value): value is Copy => isObject(value) && isObject(value.base) && isObject(value.document));

export interface Draft {
  /** What is in force. */
  now: Document;
  /** The same, with the edits. */
  document: Document;
  etag: string | null;
  isStaged: boolean;
  stage: (next: Document) => void;
  discard: () => void;
}

export function useDraft(known: Known): Draft {
  const { edits: kept, keep } = useKept(COPY);
  const now = inForce(known);
  const isOnTrial = known.trial !== null;
  const document = useMemo(() => (kept === null ? now : (asDocument(rebased(kept.base, kept.document, now)) ?? now)), [kept, now]);
  const isStaged = !sameDocument(now, document);
  // What is in force for good is no edit any more, else it would come back once somebody else takes it away. What is only
  // tried is one still.
  useEffect(() => {
    if (kept !== null && !isOnTrial && !sameDocument(kept.base, now)) keep(isStaged ? { base: now, document } : null);
  });
  return {
    now,
    document,
    etag: known.etag,
    isStaged,
    stage: (next) => keep(sameDocument(next, now) ? null : { base: now, document: next }),
    discard: () => keep(null),
  };
}

function inForce(known: Known): Document {
  const document = asDocument(known.document);
  // The app's guard says that this page has a fault: editing would lose what it does not understand.
  if (document === null) throw new Error("the settings are no document that this page knows");
  return document;
}

export function proposalOf(draft: Draft): Proposal {
  return { path: "/settings", body: { document: draft.document }, etag: draft.etag };
}

/** Stages what the box takes; what it refuses lands at the form's fields. */
export function useStage(draft: Draft): (next: Document, place: Place) => Promise<void> {
  const judge = useJudged(draft.etag);
  return async (next, place) => {
    await judge(next, place);
    draft.stage(next);
  };
}
