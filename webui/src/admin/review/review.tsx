// The review of a proposed change, whoever proposes it: what it changes, what the new rules do, the rules; then why and
// for how long it is tried. Going back loses nothing.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef, useState } from "react";
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
import type { Trial } from "../api";
import { clockText, leftUntil } from "../trial/clock";
import { useTrial } from "../trial/provider";
import { useNow } from "../trial/tick";
import { asSeconds, keepTerms, terms } from "./drafts";
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
}

export function Review(props: ReviewProps) {
  const { t } = useText();
  const { language } = useLanguage();
  const [round, setRound] = useState(0);
  const query = useQuery(reviewOf(props.proposal, language, round));
  const { data, refetch } = query;
  // Somebody else's trial began or ended: what this changes is another thing now.
  const inForce = useTrial().query.data?.etag ?? null;
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
            <p>{t("admin.changedMeanwhile")}</p>
            {props.present}
          </Note>
        </Told>
      )}
      {data === undefined && (query.isError && !query.isFetching ? <NotReviewed {...props} error={query.error} retry={() => void query.refetch()} /> : <Loading />)}
      {data?.preview.words.length === 0 && (
        <Sheet>
          <EmptyState title={t("admin.changesNothing")} action={<ButtonLink href={props.back}>{t("ui.back")}</ButtonLink>}>
            {t("admin.changesNothingText")}
          </EmptyState>
        </Sheet>
      )}
      {data !== undefined && data.preview.words.length > 0 && (
        <>
          <Sheet title={t("admin.whatChanges")} bare>
            <Sentences words={data.preview.words} />
          </Sheet>
          <Findings preview={data.preview} />
          <Rules preview={data.preview} />
          <Try {...props} etag={data.etag} onChanged={() => setRound(round + 1)} />
        </>
      )}
    </>
  );
}

function NotReviewed(props: ReviewProps & { error: unknown; retry: () => void }) {
  const { t } = useText();
  return (
    <>
      <Refused error={props.error} retry={props.retry} />
      <Actions>
        <ButtonLink href={props.back}>{t("ui.back")}</ButtonLink>
      </Actions>
    </>
  );
}

function Try(props: ReviewProps & { etag: string | null; onChanged: () => void }) {
  const { t } = useText();
  const account = useAccount().id;
  const client = useQueryClient();
  const toast = useToast();
  const { begin, trial } = useTrial();
  const [other, setOther] = useState<Problem | null>(null);
  const [before] = useState(() => terms(account, props.back));
  const form = useForm({
    initial: { reason: before.reason, seconds: String(before.seconds) },
    check: (values) => ({ reason: [...values.reason.trim()].length > REASON ? t("admin.reasonLong", { count: REASON }) : undefined }),
    submit: async (values) => {
      setOther(null);
      try {
        const { path, body } = props.proposal;
        const tried = await begin({ path, from: props.back, body, etag: props.etag, reason: values.reason.trim(), seconds: asSeconds(values.seconds) });
        if (!tried) toast(t("admin.changesNothing"));
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
  return (
    <Sheet title={t("admin.tryIt")} footer={t("admin.tryHow")}>
      <Form form={form} label={t("admin.tryIt")}>
        <TextField label={t("admin.reason")} hint={t("admin.reasonHint")} field={form.field("reason")} optional maxLength={REASON} autoComplete="off" />
        <SelectField label={t("admin.howLong")} hint={t("admin.howLongHint")} field={form.field("seconds")} options={TIMES.map((one) => ({ value: String(one), label: t(`admin.for.${one}`) }))} />
        <Told of={other}>{trial !== null ? <Waits trial={trial} /> : other !== null && <ProblemNote problem={other} />}</Told>
        <Actions>
          {trial === null && (
            <Button kind="primary" type="submit" busy={form.busy}>
              {form.busy ? t("admin.applying") : t(`admin.try.${asSeconds(seconds)}`)}
            </Button>
          )}
          <ButtonLink href={props.back}>{t("ui.back")}</ButtonLink>
        </Actions>
      </Form>
    </Sheet>
  );
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
