// The trial of new settings, wherever one is in the admin app: what runs, and how to begin, keep and undo one.
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { call, post } from "../../api/client";
import { isProblem, type Problem } from "../../api/problem";
import { useLanguage, useText } from "../../i18n";
import { useToast } from "../../ui/overlay";
import { useAccount } from "../../ui/session";
import type { Trial, TrialSeconds, Tried } from "../api";
import { labelsOf } from "../features/zones/document";
import { forgetPrepared, forgetTerms, freeAccessDraft } from "../review/drafts";
import { ZoneLabels } from "../zone";
import { type Asked, askedNow, type Became, forgetAsked, keepAsked } from "./asked";
import { useBrief } from "./brief";
import { type Ending, endingOf, endingUnanswered, stayed } from "./ending";
import { keepTrying, type Waiting } from "./keep";
import { answerTo, useLeftOver, wait } from "./lost";
import { askAnew, askSettings, confirm, isTried, itemOf, type Known, SETTINGS } from "./state";
import { dropToken, heldToken, holdToken } from "./token";

/** After the end, the box has to put the former settings back. */
const AFTER_MS = 700;
const STILL_MS = 2_000;

/** What the bar says of what was pressed. */
export type Doing = { what: "keep"; why: Waiting | null } | { what: "undo" };
export type Trouble = { what: "keep" | "undo"; problem: Problem } | { what: "gave-up"; why: Waiting };

interface Change {
  path: string;
  /** The page where it was prepared. */
  from: string;
  etag: string | null;
  body: Record<string, unknown>;
  reason: string;
  seconds: TrialSeconds;
}

/** `same`: nothing changes. `never`: it did not reach the box. `over`: it was tried, nobody here was told, and it ended. */
export type Begun = "tried" | "same" | "never" | "over";

interface Trials {
  query: UseQueryResult<Known>;
  trial: Trial | null;
  /** By `performance.now()`. */
  deadline: number | null;
  /** This tab can keep it. */
  canKeep: boolean;
  doing: Doing | null;
  trouble: Trouble | null;
  /** How a trial ended without this page's doing, until somebody has read it. */
  ending: Ending | null;
  /** What was asked for and is not answered yet. */
  asked: Asked | null;
  /** It is being tried, but the answer was lost, and with it what keeps it. */
  isAnswerLost: boolean;
  /** Tries it. */
  begin: (change: Change) => Promise<Begun>;
  keep: () => void;
  undo: () => void;
  dismiss: () => void;
  ask: () => void;
}

const Context = createContext<Trials | null>(null);

export function useTrial(): Trials {
  const trials = use(Context);
  if (trials === null) throw new Error("no TrialProvider above");
  return trials;
}

export function TrialProvider(props: { children: ReactNode }) {
  const { t } = useText();
  const client = useQueryClient();
  const toast = useToast();
  const account = useAccount().id;
  const query = useSettings();
  const [doing, setDoing] = useState<Doing | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [ending, setEnding] = useState<Ending | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [isAnswerLost, setIsAnswerLost] = useState(false);
  const busy = useRef(false);
  /** The trial whose end has been told. */
  const told = useRef<string | null>(null);
  const trial = query.data?.trial ?? null;
  const deadline = query.data?.deadline ?? null;
  const held = heldToken(account);
  const id = trial?.id ?? null;

  /** The trial is over. `own`: by what was pressed here, which is answered shortly; else it is told until it is read. */
  const close = useCallback(
    async (over: string, own: Ending | null) => {
      told.current = over;
      const end = own ?? endingOf(await itemOf(over));
      const begun = heldToken(account);
      setTrouble(null);
      if (begun?.id === over && stayed(end)) forgetPrepared(account, begun.path);
      else if (begun?.id === over) freeAccessDraft(account);
      if (own === null) setEnding(end);
      else toast(t(stayed(end) ? "admin.kept" : "admin.undone"));
      await askAnew(client);
      // Not before: the button that has the focus would go before the bar does, and the focus with it.
      if (heldToken(account)?.id === over) dropToken();
    },
    [account, client, t, toast],
  );
  useEnd(query.data, account, doing !== null, (over) => {
    if (over !== told.current) void close(over, null);
  });

  const press = useCallback(
    async (first: Doing, work: () => Promise<void>) => {
      if (busy.current) return;
      busy.current = true;
      setDoing(first);
      setTrouble(null);
      try {
        await work();
      } finally {
        busy.current = false;
        setDoing(null);
        void askAnew(client);
      }
    },
    [client],
  );
  const keep = useCallback(
    () =>
      void press({ what: "keep", why: null }, async () => {
        if (id === null || held?.id !== id) return;
        const kept = await keepTrying({
          confirm: () => confirm(held.token),
          isTried: () => isTried(id),
          now: () => performance.now(),
          wait,
          tell: (why) => setDoing({ what: "keep", why }),
        });
        if (kept.end === "kept") await close(id, { how: "kept", name: "" });
        else if (kept.end === "over") await close(id, null);
        else setTrouble(kept.end === "refused" ? { what: "keep", problem: kept.problem } : { what: "gave-up", why: kept.why });
      }),
    [close, held?.id, held?.token, id, press],
  );
  const undo = useCallback(
    () =>
      void press({ what: "undo" }, async () => {
        if (id === null) return;
        try {
          await post("/settings/undo");
          await close(id, { how: "undone", name: "" });
        } catch (error) {
          if (!isProblem(error)) throw error;
          if (error.code === "no-trial") await close(id, null);
          else setTrouble({ what: "undo", problem: error });
        }
      }),
    [close, id, press],
  );
  /** What became of a change whose answer was lost. */
  const foundOut = useCallback(
    async ({ path }: Asked, became: Became): Promise<Begun> => {
      if (became.end === "over") {
        const { item } = became;
        const end = endingUnanswered(item);
        told.current = item.id;
        if (stayed(end)) forgetPrepared(account, path);
        else freeAccessDraft(account);
        setEnding(end);
        return "over";
      }
      if (became.end === "trying") {
        setIsAnswerLost(true);
        return "tried";
      }
      setEnding({ how: "never", name: "" });
      return "never";
    },
    [account],
  );
  const begin = useCallback(
    async (change: Change): Promise<Begun> => {
      const { path, from, etag, body, reason, seconds } = change;
      const what = askedNow(from, seconds);
      keepAsked(account, what);
      setAsked(what);
      setIsAnswerLost(false);
      setEnding(null);
      try {
        const answer = await answerTo(what, (signal) => call<Tried>("PUT", path, { body: { ...body, reason, seconds }, ifMatch: etag, idempotencyKey: what.key, signal }));
        if ("became" in answer) return await foundOut(what, answer.became);
        const { trial: started } = answer.answer;
        if (started === null) return "same";
        holdToken(account, { id: started.id, token: started.token, path: from });
        forgetTerms();
        return "tried";
      } finally {
        forgetAsked();
        setAsked(null);
        // Also after an answer that was lost: it may be tried now.
        await askAnew(client);
      }
    },
    [account, client, foundOut],
  );
  useLeftOver(account, setAsked, foundOut);
  const value = useMemo<Trials>(
    () => ({
      query,
      trial,
      deadline,
      canKeep: trial !== null && trial.mine && held?.id === trial.id,
      doing,
      trouble,
      ending,
      asked,
      isAnswerLost: isAnswerLost && trial !== null && trial.mine && held?.id !== trial.id,
      begin,
      keep,
      undo,
      dismiss: () => setEnding(null),
      ask: () => void query.refetch(),
    }),
    [asked, begin, deadline, doing, ending, held?.id, isAnswerLost, keep, query, trial, trouble, undo],
  );
  const labels = useMemo(() => labelsOf(query.data?.document), [query.data?.document]);
  return (
    <Context value={value}>
      <ZoneLabels labels={labels}>{props.children}</ZoneLabels>
    </Context>
  );
}

/** Asked when it is another than it was, when a trial is due to end, when a page is gone to, and when the page is looked
    at again. Not else: a question lengthens the session. */
function useSettings(): UseQueryResult<Known> {
  const client = useQueryClient();
  const { language } = useLanguage();
  const [location] = useLocation();
  const key = useMemo(() => [SETTINGS, language], [language]);
  const query = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => askSettings(client.getQueryData<Known>(key), signal),
    refetchOnWindowFocus: "always",
  });
  useBrief(query);
  const deadline = query.data?.deadline ?? null;
  const asked = query.dataUpdatedAt;
  useEffect(() => {
    if (deadline === null) return;
    const left = deadline - performance.now();
    const timer = setTimeout(() => void client.refetchQueries({ queryKey: key }), left > 0 ? left + AFTER_MS : STILL_MS);
    return () => clearTimeout(timer);
  }, [asked, client, deadline, key]);
  useEffect(() => void client.refetchQueries({ queryKey: key, stale: true, type: "active" }), [client, key, location]);
  return query;
}

/** Tells of a trial that is no longer there; not while what may end it is under way on this page. */
function useEnd(data: Known | undefined, account: string, busy: boolean, tell: (id: string) => void): void {
  // One that was begun here is waited for over a reload as well.
  const watched = useRef<string | null>(heldToken(account)?.id ?? null);
  const latest = useRef(tell);
  useEffect(() => {
    latest.current = tell;
  });
  useEffect(() => {
    if (data === undefined || busy) return;
    const before = watched.current;
    watched.current = data.trial?.id ?? null;
    if (before !== null && before !== watched.current) latest.current(before);
  }, [busy, data]);
}
