// Edits of zones, ports and what passes, collected in a copy of the settings until they are reviewed. Nothing of it is in
// force. What somebody else changes meanwhile goes into the copy.
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { isProblem, Problem } from "../../../api/problem";
import { useLanguage } from "../../../i18n";
import { useAccount } from "../../../ui/session";
import { forgetZonesDraft, keepZonesDraft, zonesDraft } from "../../review/drafts";
import { rebased } from "../../review/rebase";
import { type Proposal, reviewOf } from "../../review/proposal";
import type { Known } from "../../trial/state";
import { sameDocument } from "../settings/document";
import { asDocument, type Document } from "./document";

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
  const account = useAccount().id;
  const [kept, setKept] = useState(() => zonesDraft(account));
  const now = inForce(known);
  const document = useMemo(() => (kept === null ? now : (asDocument(rebased(kept.base, kept.document, now)) ?? now)), [kept, now]);
  const discard = () => {
    forgetZonesDraft();
    setKept(null);
  };
  return {
    now,
    document,
    etag: known.etag,
    isStaged: !sameDocument(now, document),
    stage: (next) => {
      if (sameDocument(next, now)) return discard();
      const draft = { base: now, document: next };
      keepZonesDraft(account, draft);
      setKept(draft);
    },
    discard,
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

/** Stages what the box takes. What it refuses lands at the form's fields: `place` says at which, by the pointer into
    the document. */
export function useStage(draft: Draft): (next: Document, place: (pointer: string) => string | null) => Promise<void> {
  const client = useQueryClient();
  const { language } = useLanguage();
  return async (next, place) => {
    try {
      await client.fetchQuery({ ...reviewOf({ path: "/settings", body: { document: next }, etag: draft.etag }, language), staleTime: 0 });
    } catch (error) {
      if (!isProblem(error) || error.errors.length === 0) throw error;
      const errors = error.errors.map((one) => ({ ...one, field: place(one.field.replace(/^\/document/, "")) ?? one.field }));
      throw new Problem(error.status, { ...error.extras, errors }, error.retryAfter, error.reading);
    }
    draft.stage(next);
  };
}
