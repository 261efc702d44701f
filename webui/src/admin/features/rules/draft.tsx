// Edits of these pages are staged: collected here, in this tab, until they are reviewed and tried. What another admin
// changed meanwhile stays below them.
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { isProblem, Problem } from "../../../api/problem";
import { useLanguage, useText } from "../../../i18n";
import { useAccount } from "../../../ui/session";
import type { SettingsDocument, Trial } from "../../api";
import { keepRulesDraft, type RulesDraft, rulesDraft } from "../../review/drafts";
import { reviewOf } from "../../review/proposal";
import { useTrial } from "../../trial/provider";
import { heldToken } from "../../trial/token";
import { type Parts, partsOf, plainRule, withParts } from "./document";
import { type Differences, differences, type Merged, merged, same } from "./merge";
import { lacking, sorted, stands, type Trouble } from "./problems";

export interface Staging {
  /** In force, or on trial. */
  document: SettingsDocument;
  etag: string | null;
  inForce: Parts;
  parts: Parts;
  differences: Differences;
  /** Somebody else changed the same thing meanwhile. */
  clash: boolean;
  /** They were here already when the page was opened. */
  isBack: boolean;
  update: (change: (parts: Parts) => Parts) => void;
  /** It was put on trial. */
  tried: (base: Parts, mine: Parts) => void;
  discard: () => void;
  /** Asks the box and goes to the review, or to what is wrong. */
  review: () => void;
  busy: boolean;
  troubles: Trouble[];
  /** What was said that stands at nothing on these pages. */
  problem: Problem | null;
  /** Counts the times that something was found wrong. */
  attempt: number;
}

const Context = createContext<Staging | null>(null);

export function useStaging(): Staging {
  const staging = use(Context);
  if (staging === null) throw new Error("no StagingProvider above");
  return staging;
}

export function StagingProvider(props: { document: SettingsDocument; etag: string | null; children: ReactNode }) {
  const { document, etag } = props;
  const account = useAccount().id;
  const [draft, setDraft] = useState<RulesDraft | null>(() => rulesDraft(account));
  const [first] = useState(draft);
  const { trial, doing, ending } = useTrial();
  const onTrial = isOurs(account, trial);
  const inForce = useMemo(() => partsOf(document), [document]);
  const { parts, clash } = useMemo(() => partsNow(draft, inForce, onTrial), [draft, inForce, onTrial]);
  // Two edits in a row see each other, drawn or not.
  const latest = useRef(draft);
  const hold = useCallback((next: RulesDraft | null) => {
    latest.current = next;
    setDraft(next);
  }, []);
  // When a trial is over, what was tried and kept is no draft any more.
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) hold(rulesDraft(account));
    isFirst.current = false;
  }, [account, hold, onTrial, doing, ending]);
  const stage = useCallback(
    (next: RulesDraft | null) => {
      keepRulesDraft(account, next);
      hold(next);
    },
    [account, hold],
  );
  const update = useCallback(
    (change: (parts: Parts) => Parts) => {
      const now = partsNow(latest.current, inForce, onTrial).parts;
      const mine = changed(now, change(now));
      if (mine !== now) stage(same(mine, inForce) ? null : { base: inForce, mine, tried: false });
    },
    [inForce, onTrial, stage],
  );
  const asked = useReview({ document, etag, parts });
  const value = useMemo<Staging>(
    () => ({
      document,
      etag,
      inForce,
      parts,
      differences: differences(inForce, parts),
      clash,
      isBack: first !== null && draft === first,
      update,
      tried: (base, mine) => stage({ base, mine, tried: true }),
      discard: () => stage(null),
      ...asked,
    }),
    [asked, clash, document, draft, etag, first, inForce, parts, stage, update],
  );
  return <Context value={value}>{props.children}</Context>;
}

function isOurs(account: string, trial: Trial | null): boolean {
  const held = heldToken(account);
  return trial !== null && held?.id === trial.id && held.path === "/rules";
}

/** What is on trial is in force, in the box's spelling: it is nothing staged meanwhile. */
function partsNow(draft: RulesDraft | null, inForce: Parts, onTrial: boolean): Merged {
  return draft === null || (draft.tried && onTrial) ? { parts: inForce, clash: false } : merged(draft.base, draft.mine, inForce);
}

/** Rules that were touched are written the short way. */
function changed(before: Parts, next: Parts): Parts {
  if (before.rules === next.rules) return next;
  const known = new Set(before.rules);
  return { ...next, rules: next.rules.map((rule) => (known.has(rule) ? rule : plainRule(rule))) };
}

function useReview(staged: { document: SettingsDocument; etag: string | null; parts: Parts }): Pick<Staging, "review" | "busy" | "troubles" | "problem" | "attempt"> {
  const { t } = useText();
  const { language } = useLanguage();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ troubles: Trouble[]; problem: Problem | null; attempt: number }>({ troubles: [], problem: null, attempt: 0 });
  const { document, etag, parts } = staged;
  const review = useCallback(async () => {
    if (busy) return;
    const tell = (troubles: Trouble[], problem: Problem | null) => {
      setSaid((before) => ({ troubles, problem, attempt: before.attempt + 1 }));
      const page = pageOf(troubles[0]);
      if (page !== null) go(page);
    };
    const early = parts.rules.flatMap((rule) => lacking(rule).map((part): Trouble => ({ of: rule, at: { rule: rule.id, part }, entry: null, message: t(`admin.rules.lacks.${part as "who" | "where" | "what"}`) })));
    if (early.length > 0) return tell(early, null);
    setBusy(true);
    try {
      await client.fetchQuery({ ...reviewOf({ path: "/settings", body: { document: withParts(document, parts) }, etag }, language), staleTime: 0 });
      setSaid((before) => ({ ...before, troubles: [], problem: null }));
      go("/rules/review");
    } catch (error) {
      if (!isProblem(error)) throw error;
      const { troubles, others } = sorted(error.errors, parts, document);
      const rest = others.length > 0 ? new Problem(error.status, { ...error.extras, errors: others }, error.retryAfter) : null;
      tell(troubles, troubles.length === 0 ? (rest ?? error) : rest);
    } finally {
      setBusy(false);
    }
  }, [busy, client, document, etag, go, language, parts, t]);
  const troubles = useMemo(() => said.troubles.filter((one) => stands(one, parts)), [parts, said.troubles]);
  return useMemo(() => ({ review: () => void review(), busy, troubles, problem: said.problem, attempt: said.attempt }), [busy, review, said.attempt, said.problem, troubles]);
}

function pageOf(trouble: Trouble | undefined): string | null {
  if (trouble === undefined) return null;
  const { at } = trouble;
  if ("kind" in at) return at.kind === "schedules" ? "/rules/hours" : `/rules/${at.kind}`;
  return "timeZone" in at ? "/rules/hours" : "/rules";
}
