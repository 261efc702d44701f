// The vault is shut: why, who may open it, what is not touched by it, and the form that opens it.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { post } from "../../../api/client";
import { isProblem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { Badge, Note } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { CodeField, PasswordField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { START, type Start } from "../../api";
import { hasDrafts } from "../contacts/drafts";

/** Seconds are whole ones, and answers take their time. */
const SAME_MS = 3_000;

export function LockedPage({ start }: { start: Start }) {
  const { t } = useText();
  const [recovery, setRecovery] = useState(false);
  const why = start.lockedBecause === "by-hand" ? t("crm.locked.byHand") : start.lockedBecause === "started" ? t("crm.locked.started") : t("crm.locked.closed");
  return (
    <div className="grid gap-6">
      <div className="grid justify-items-start gap-3">
        <Badge state="needs-you" icon="lock">
          {t("crm.locked.badge")}
        </Badge>
        <p className="text-body text-ink-2">{why}</p>
        {start.lockedBecause !== "by-hand" && hasDrafts() && <Note>{t("crm.locked.typed")}</Note>}
      </div>
      <Unlock key={String(recovery)} recovery={recovery} running={recovery ? 0 : start.unlockWait} onOther={() => setRecovery(!recovery)} />
      <dl className="grid gap-4 [&>div]:border-t [&>div]:border-line-2 [&>div]:pt-4">
        <div>
          <dt className="text-body font-semibold">{t("crm.locked.who")}</dt>
          <dd className="text-body break-words text-ink-2">
            {start.unlockers.length > 0 ? t("crm.locked.whoNamed", { names: start.unlockers.join(t("ui.listGap")) }) : t("crm.locked.whoUnnamed")}
          </dd>
        </div>
        <div>
          <dt className="text-body font-semibold">{t("crm.locked.notAffected")}</dt>
          <dd className="text-body text-ink-2">{t("crm.locked.notAffectedText")}</dd>
        </div>
        <div>
          <dt className="text-body font-semibold">{t("crm.locked.notYou")}</dt>
          <dd className="text-body text-ink-2">{t("crm.locked.notYouText")}</dd>
        </div>
      </dl>
    </div>
  );
}

/** `running`: seconds that the box has passphrases wait already; a recovery key waits for nobody's tries. */
function Unlock(props: { recovery: boolean; running: number; onOther: () => void }) {
  const { t } = useText();
  const client = useQueryClient();
  const [until, setUntil] = useState(() => later(null, props.running));
  const [waits, setWaits] = useState(false);
  // The box is asked every few seconds: the wait goes on after a reload, and others' tries may lengthen it.
  const { running } = props;
  useEffect(() => setUntil((before) => later(before, running)), [running]);
  useEffect(() => {
    if (until === null) return;
    setWaits(true);
    const timer = setTimeout(() => setWaits(false), until - Date.now());
    return () => {
      clearTimeout(timer);
      setWaits(false);
    };
  }, [until]);
  const form = useForm({
    initial: { passphrase: "", recoveryKey: "" },
    check: (values) =>
      props.recovery
        ? { recoveryKey: values.recoveryKey.trim() === "" ? t("crm.locked.recoveryEmpty") : undefined }
        : { passphrase: values.passphrase === "" ? t("crm.locked.passphraseEmpty") : undefined },
    told: (problem): { passphrase?: string; recoveryKey?: string } => {
      if (!isProblem(problem, "wrong-secret")) return {};
      if (props.recovery) return { recoveryKey: t("crm.locked.wrongRecovery") };
      // Of the last one before a wait, the wait alone is said.
      if (problem.retryAfter !== null) return { passphrase: "" };
      const left = problem.number("triesLeft");
      return left === null ? {} : { passphrase: t("crm.locked.wrong", { count: left }) };
    },
    toldAlone: true,
    submit: async (values, sender) => {
      setUntil(null);
      try {
        await post("/unlock", props.recovery ? { recoveryKey: values.recoveryKey } : { passphrase: values.passphrase }, sender.idempotencyKey);
      } catch (error) {
        if (isProblem(error) && error.retryAfter !== null) {
          setUntil(Date.now() + error.retryAfter * 1000);
          // The wait counts down; a sentence with the seconds of before would contradict it.
          if (error.status === 429) return;
        }
        throw error;
      }
      await client.invalidateQueries({ queryKey: START });
    },
  });
  return (
    <Form form={form} label={t("crm.locked.title")}>
      {props.recovery ? (
        <CodeField label={t("crm.recoveryKey")} hint={t("crm.locked.recoveryHint")} field={form.field("recoveryKey")} autoFocus maxLength={200} />
      ) : (
        <PasswordField label={t("crm.passphrase")} hint={t("crm.locked.passphraseHint")} field={form.field("passphrase")} autoComplete="off" autoFocus />
      )}
      {until !== null && <Wait until={until} />}
      <div className="grid gap-2">
        <Button kind="primary" size="large" icon="unlock" type="submit" wide busy={form.busy} waits={waits}>
          {t("crm.locked.unlock")}
        </Button>
        <Button kind="quiet" size="large" wide onClick={props.onOther}>
          {t(props.recovery ? "crm.locked.usePassphrase" : "crm.locked.useRecovery")}
        </Button>
      </div>
    </Form>
  );
}

/** When a wait of so many seconds is over; what differs by the way of an answer only is the same wait. */
function later(before: number | null, seconds: number): number | null {
  const next = Date.now() + seconds * 1_000;
  return seconds === 0 || (before !== null && next - before < SAME_MS) ? before : next;
}

/** The wait as text that counts down; said aloud when it begins and when it is over. */
function Wait(props: { until: number }) {
  const { t } = useText();
  const [now, setNow] = useState(() => Date.now());
  const [atFirst] = useState(() => Math.ceil((props.until - Date.now()) / 1000));
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((props.until - now) / 1000));
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return (
    <p className="text-body text-ink-2 tabular-nums">
      <span role="alert" className="sr-only">
        {seconds >= atFirst && seconds > 0 && t("crm.locked.waitSaid", { count: atFirst })}
      </span>
      {seconds > 0 && t("crm.locked.wait", { clock })}
      <span role="status">{seconds === 0 && t("crm.locked.waitOver")}</span>
    </p>
  );
}

export function DiskFailedPage() {
  const { t } = useText();
  return (
    <div className="grid gap-4">
      <Note state="open" role="alert">
        {t("crm.disk.what")}
      </Note>
      <p className="text-body text-ink-2">{t("crm.disk.unchanged")}</p>
      <p className="text-body text-ink-2">{t("crm.disk.todo")}</p>
    </div>
  );
}
