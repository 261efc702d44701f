// The review of a proposed change, whoever proposes it: what it changes, what the new rules do, the rules; then why and
// for how long it is tried. Going back loses nothing.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { isObject, JsonText } from "../../api/client";
import { isProblem, type Problem } from "../../api/problem";
import { useLanguage, useText } from "../../i18n";
import { EmptyState, Loading } from "../../ui/async";
import { Note } from "../../ui/badge";
import { Button, ButtonLink } from "../../ui/button";
import { SelectField, TextField } from "../../ui/field";
import { Form, ProblemNote, useForm } from "../../ui/form";
import { useToast } from "../../ui/overlay";
import { Actions, Sheet } from "../../ui/page";
import { useAccount } from "../../ui/session";
import type { Preview, SettingsDocument, Trial } from "../api";
import { clockText, leftUntil } from "../trial/clock";
import { useTrial } from "../trial/provider";
import { useNow } from "../trial/tick";
import { Discard } from "./discard";
import { asSeconds, keepTerms, terms, triedPrepared } from "./drafts";
import { useFormBehind } from "./leave";
import { Moves } from "./moves";
import { Findings, Rules, Sentences } from "./parts";
import { type Proposal, reviewOf } from "./proposal";
import { Refused } from "./refused";

const TIMES = [60, 300, 600] as const;
const REASON = 200;

interface ReviewProps {
  proposal: Proposal;
  /** Where it comes from: what was typed there is still there. */
  back: string;
  /** What is in force, shown when somebody changed it meanwhile. */
  present?: ReactNode;
  /** It is being tried. */
  onTried: () => void;
  /** Drops it, where it is staged. */
  onDiscard?: () => void;
}

export function Review(props: ReviewProps) {
  const { t } = useText();
  const { language } = useLanguage();
  const [round, setRound] = useState(0);
  const query = useQuery(reviewOf(props.proposal, language, round));
  const { data, refetch } = query;
  // Somebody else's trial began or ended: what this changes is another thing now.
  const { query: known, trial } = useTrial();
  const inForce = known.data?.etag ?? null;
  const compared = useRef(inForce);
  useEffect(() => {
    const before = compared.current;
    compared.current = inForce ?? before;
    if (before !== null && inForce !== null && before !== inForce) void refetch();
  }, [inForce, refetch]);
  return (
    <>
      {round > 0 && (
        <Told of={round}>
          <Note state="needs-you" role="alert">
            <p>{t(trial === null ? "admin.changedMeanwhile" : "admin.triedMeanwhile")}</p>
            {props.present}
          </Note>
        </Told>
      )}
      {data === undefined && (query.isError && !query.isFetching ? <NotReviewed {...props} error={query.error} retry={() => void query.refetch()} /> : <Loading />)}
      {data?.preview.words.length === 0 && (
        <Sheet>
          <EmptyState title={t("admin.changesNothing")} action={<Back to={props.back} />}>
            {t(trial === null ? "admin.changesNothingText" : "admin.changesNothingTrial")}
          </EmptyState>
        </Sheet>
      )}
      {data !== undefined && data.preview.words.length > 0 && (
        <>
          {trial !== null && (
            <Note state="needs-you" role="status">
              {trial.mine ? t("admin.againstMine") : t("admin.againstTrial", { name: trial.by ?? t("admin.byBox") })}
            </Note>
          )}
          <Sheet title={t("admin.whatChanges")} bare>
            <Sentences words={data.preview.words} lists={data.preview.lists} />
          </Sheet>
          <Findings preview={data.preview} />
          <Rules preview={data.preview} />
          <Try {...props} preview={data.preview} etag={data.etag} onChanged={() => setRound(round + 1)} />
        </>
      )}
    </>
  );
}

/** To the form that led here, as it was filled in; else to where all of it was staged. */
function Back({ to }: { to: string }) {
  const { t } = useText();
  return <ButtonLink href={useFormBehind() ?? to}>{t("ui.back")}</ButtonLink>;
}

function NotReviewed(props: ReviewProps & { error: unknown; retry: () => void }) {
  const { document } = props.proposal.body;
  const isFile = document instanceof JsonText;
  return (
    <>
      <Refused error={props.error} of={isObject(document) && !isFile ? (document as SettingsDocument) : undefined} isFile={isFile} retry={props.retry} />
      <Actions>
        <Back to={props.back} />
        {props.onDiscard !== undefined && <Discard onDiscard={props.onDiscard} />}
      </Actions>
    </>
  );
}

function Try(props: ReviewProps & { preview: Preview; etag: string | null; onChanged: () => void }) {
  const { t } = useText();
  const account = useAccount().id;
  const client = useQueryClient();
  const toast = useToast();
  const { begin, trial } = useTrial();
  const [other, setOther] = useState<Problem | null>(null);
  const [before] = useState(() => terms(account, props.back));
  const least = leastSeconds(props.preview);
  const form = useForm({
    initial: { reason: before.reason, seconds: String(Math.max(before.seconds, least)) },
    check: (values) => ({ reason: [...values.reason.trim()].length > REASON ? t("admin.reasonLong", { count: REASON }) : undefined }),
    submit: async (values) => {
      setOther(null);
      triedPrepared(account, props.back);
      try {
        const { path, body } = props.proposal;
        const begun = await begin({ path, from: props.back, body, etag: props.etag, reason: values.reason.trim(), seconds: lasting(values.seconds) });
        // What is here can be asked for again at once.
        if (begun === "never") return;
        if (begun === "same") toast(t("admin.changesNothing"));
      } catch (error) {
        if (isProblem(error, "changed-meanwhile")) props.onChanged();
        else if (isProblem(error, "trial-running")) setOther(error);
        else throw error;
        return;
      }
      client.removeQueries({ queryKey: ["review"] });
      props.onTried();
    },
  });
  const { reason, seconds } = form.values;
  useEffect(() => keepTerms(account, props.back, { reason, seconds: asSeconds(seconds) }), [account, props.back, reason, seconds]);
  // Compared anew, it may need longer than what was chosen.
  const lasting = (chosen: string) => asSeconds(Math.max(asSeconds(chosen), least));
  return (
    <Sheet title={t("admin.tryIt")} footer={t("admin.tryHow")}>
      <Form form={form} label={t("admin.tryIt")}>
        <TextField label={t("admin.reason")} hint={t("admin.reasonHint")} field={form.field("reason")} optional maxLength={REASON} autoComplete="off" />
        <Moves moves={props.preview.moves} />
        <SelectField
          label={t("admin.howLong")}
          hint={t(least > 60 ? "admin.howLongMoves" : "admin.howLongHint")}
          field={{ ...form.field("seconds"), value: String(lasting(seconds)) }}
          options={TIMES.filter((one) => one >= least).map((one) => ({ value: String(one), label: t(`admin.for.${one}`) }))}
        />
        <Told of={other}>{trial !== null ? <Waits trial={trial} /> : other !== null && <ProblemNote problem={other} />}</Told>
        <Actions>
          {trial === null && (
            <Button kind="primary" type="submit" busy={form.busy}>
              {form.busy ? t("admin.applying") : t(`admin.try.${lasting(seconds)}`)}
            </Button>
          )}
          <Back to={props.back} />
        </Actions>
      </Form>
    </Sheet>
  );
}

/** Devices have to learn another address first; the box makes it no shorter either while it keeps the former one. */
function leastSeconds({ moves, secondsLeast }: Preview): number {
  return Math.max(60, secondsLeast, moves.length > 0 ? 300 : 0);
}

/** Takes the focus each time that something is told here: the button that was pressed is gone. */
function Told(props: { of: unknown; children: ReactNode }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (props.of !== null) element.current?.focus();
  }, [props.of]);
  return (
    <div ref={element} tabIndex={-1} className="rounded-control empty:hidden">
      {props.children}
    </div>
  );
}

/** Something is being tried already: whose it is, and how long still. */
function Waits({ trial }: { trial: Trial }) {
  const { t } = useText();
  const { deadline } = useTrial();
  const now = useNow(deadline !== null);
  return (
    <Note state="needs-you" role="status">
      {trial.mine ? t("admin.waitsMine") : t("admin.waits", { name: trial.by ?? t("admin.byBox") })}
      {deadline !== null && (
        <span aria-hidden="true" className="block tabular-nums">
          {t("admin.waitsLeft", { time: clockText(leftUntil(deadline, now)) })}
        </span>
      )}
    </Note>
  );
}
