// Above every page while new settings are tried: how long still, what is tried, and what can be done about it. After it,
// once, how it ended if that was not done on this page. What is said aloud is said at the start, twice before the end,
// and at the end.
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useText } from "../../i18n";
import { useAnswers } from "../../ui/answering";
import { Note } from "../../ui/badge";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icons";
import { useProblemText } from "../../ui/problem-text";
import type { Move, Trial } from "../api";
import { WholeLists } from "../review/whole-lists";
import { useZoneName } from "../zone";
import { SLOW_MS } from "./asked";
import { announcementAt, clockText, leftUntil } from "./clock";
import { type Ending, stayed } from "./ending";
import { useTrial } from "./provider";
import { useNow } from "./tick";
import { Unanswered, useUnansweredText } from "./unanswered";

export function TrialBar() {
  const { t } = useText();
  const { trial, deadline, ending, asked, dismiss } = useTrial();
  const sentence = useEndingText();
  const waiting = useUnansweredText();
  const answers = useAnswers();
  const now = useNow(deadline !== null || asked !== null);
  const left = deadline === null ? null : leftUntil(deadline, now);
  const said = useSaid(trial, left);
  const isSlow = asked !== null && (asked.since === null || !answers || now - asked.since > SLOW_MS);
  const due = trial === null && isSlow ? Math.max(0, Math.ceil((asked.until - Date.now()) / 1_000)) : null;
  return (
    <>
      <p role="status" className="sr-only">
        {asked !== null && due !== null ? `${t("admin.unanswered")} ${waiting(asked, due)}` : trial === null && ending !== null ? sentence(ending) : said}
      </p>
      {asked !== null && due !== null && <Unanswered asked={asked} left={due} />}
      {trial !== null && left !== null && <Bar trial={trial} left={left} />}
      {trial === null && ending !== null && <Ended ending={ending} text={sentence(ending)} onClose={dismiss} />}
    </>
  );
}

function Bar(props: { trial: Trial; left: number }) {
  const { t } = useText();
  const { canKeep, isAnswerLost, doing, keep, undo } = useTrial();
  const zone = useZoneName();
  const { trial, left } = props;
  const how = t(!trial.mine ? "admin.trialReturns" : canKeep ? "admin.trialStays" : isAnswerLost ? "admin.trialLost" : "admin.trialElsewhere");
  const time = clockText(left);
  const element = useFocusLeft();
  const moved = (one: Move) => {
    const text = t(!one.here ? "admin.movedTo" : one.lends ? "admin.movedHere" : "admin.movedByHand", { zone: zone(one.zone), to: one.to });
    return one.here && canKeep ? t("admin.movedThenKeep", { text }) : text;
  };
  return (
    <section ref={element} data-trial aria-label={t("admin.onTrial")} className="on-rail appear sticky top-(--notice,0px) z-30 grid gap-x-6 gap-y-2 bg-bar px-4 py-2.5 text-bar-text shadow-float sm:px-6 lg:grid-cols-[minmax(0,1fr)_auto] lg:items-start lg:px-8">
      <div className="grid min-w-0 gap-1">
        <div className="flex gap-3">
          <span role="timer" aria-label={t("admin.timeLeft")} className="min-w-11 shrink-0 text-page font-semibold tabular-nums">
            {time}
          </span>
          <div className="min-w-0">
            <p className="text-body font-semibold break-words">{left === 0 ? t("admin.trialDue") : trial.mine ? t("admin.trialMine") : t("admin.trialOf", { name: trial.by ?? t("admin.byBox") })}</p>
            <p className="text-row break-words text-bar-text-2">{how}</p>
            {trial.mine &&
              nearest(trial.moves).map((one) => (
                <p key={one.zone} className="text-row break-words">
                  {moved(one)}
                </p>
              ))}
          </div>
        </div>
        <Folded trial={trial} />
        <Said />
      </div>
      <div className="flex gap-2 max-sm:[&>*]:flex-1">
        <Button kind="bar" icon="undo" busy={doing !== null} onClick={undo}>
          {t("ui.undo")}
        </Button>
        {canKeep && (
          <Button kind="bar-primary" icon="check" busy={doing !== null} onClick={keep}>
            {t("admin.keepSettings")}
          </Button>
        )}
      </div>
    </section>
  );
}

/** Where whoever looks is; all when that is nowhere among them. */
function nearest(moves: Move[]): Move[] {
  const here = moves.filter((one) => one.here);
  return here.length > 0 ? here : moves;
}

function Folded({ trial }: { trial: Trial }) {
  const { t } = useText();
  if (trial.words.length === 0) return null;
  return (
    <details className="group text-row">
      <summary className="inline-flex min-h-6 cursor-pointer list-none items-center gap-1.5 text-bar-text-2 hover:text-bar-text max-sm:min-h-11">
        <Icon name="chevronRight" className="size-4 group-open:rotate-90" />
        {t("admin.whatIsTried", { count: trial.words.length })}
      </summary>
      <ul tabIndex={0} aria-label={t("admin.whatChanges")} className="mt-1 mb-1 grid max-h-48 list-disc gap-1 overflow-y-auto pl-6 break-words">
        {trial.words.map((one, index) => (
          <li key={index}>
            {one}
            <WholeLists lists={trial.lists} at={index} inBar />
          </li>
        ))}
      </ul>
    </details>
  );
}

/** What became of what was pressed, and that the box is silent. */
function Said() {
  const { t } = useText();
  const { doing, trouble } = useTrial();
  const answers = useAnswers();
  const sentence = useProblemText();
  const waiting = doing?.what === "keep" ? t(`admin.keeping.${doing.why ?? "sent"}`) : null;
  const wrong =
    trouble === null ? null
    : trouble.what === "gave-up" ? t(`admin.notKept.${trouble.why}`)
    : trouble.problem.status === 0 ? t("admin.undoLost")
    : sentence(trouble.problem);
  return (
    <>
      <p role="status" className="text-row break-words empty:hidden">
        {waiting}
      </p>
      {wrong !== null && (
        <p role="alert" className="flex items-start gap-2 text-row break-words">
          <Icon name="octagonCross" className="mt-0.5 size-4" />
          <span className="min-w-0">{wrong}</span>
        </p>
      )}
      {!answers && (
        <p role="alert" className="flex items-start gap-2 text-row break-words">
          <Icon name="triangle" className="mt-0.5 size-4" />
          <span className="min-w-0">{t("admin.trialSilent")}</span>
        </p>
      )}
    </>
  );
}

function Ended(props: { ending: Ending; text: string; onClose: () => void }) {
  const { t } = useText();
  const element = useFocusLeft();
  return (
    <div ref={element} role="region" aria-label={t("admin.trialOver")} className="px-4 pt-5 sm:px-6 lg:px-8">
      <Note state={stayed(props.ending) ? "proven" : "needs-you"}>
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <p className="min-w-0 break-words">{props.text}</p>
          <Button size="row" onClick={props.onClose}>
            {t("ui.close")}
          </Button>
        </div>
      </Note>
    </div>
  );
}

/** When this goes with the focus in it, the focus goes to the page. */
function useFocusLeft(): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(
    () => () => {
      if (element.current?.contains(document.activeElement)) document.getElementById("main")?.focus();
    },
    [],
  );
  return element;
}

function useEndingText(): (ending: Ending) => string {
  const { t } = useText();
  return (ending) => t(`admin.ended.${ending.how}`, { name: ending.name });
}

/** What a screen reader says of the time left; it changes at the start and at the marks only. */
function useSaid(trial: Trial | null, left: number | null): string {
  const { t } = useText();
  const [said, setSaid] = useState("");
  const before = useRef<{ id: string; left: number } | null>(null);
  const id = trial?.id ?? null;
  const by = trial === null || trial.mine ? null : (trial.by ?? t("admin.byBox"));
  useEffect(() => {
    if (id === null || left === null) {
      before.current = null;
      setSaid("");
      return;
    }
    const due = announcementAt(before.current?.id === id ? before.current.left : null, left);
    before.current = { id, left };
    if (due === null) return;
    const time = left > 90 ? t("admin.minutesLeft", { count: Math.round(left / 60) }) : t("admin.secondsLeft", { count: left });
    const what = by === null ? t("admin.trialMine") : t("admin.trialOf", { name: by });
    setSaid(due === "start" ? `${what} ${time}` : time);
  }, [by, id, left, t]);
  return said;
}
