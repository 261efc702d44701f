// From the code on the console to the CRM manager's code, in five steps. Nothing passes through the
// box until the last one; what was typed in a step is kept while the others are shown, and what is no secret also
// when the page is loaded again: for as long as the step lives it goes on where it was.
import { useEffect, useState } from "react";
import { post, read } from "../../../api/client";
import { isProblem, type Problem } from "../../../api/problem";
import type { TotpSetup } from "../../../api/shared";
import { RestoreStep } from "../../../copies/restore";
import { useLanguage, useText } from "../../../i18n";
import { Loading } from "../../../ui/async";
import { Button } from "../../../ui/button";
import { CodeStep } from "../../../ui/code-step";
import { PasswordField, SelectField, TextField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Icon } from "../../../ui/icons";
import { LanguageField } from "../../../ui/language-field";
import { TotpCode, TotpSecret } from "../../../ui/sign-in";
import { type StepOver, stepOver } from "../../../ui/step-over";
import { Steps } from "../../../ui/steps";
import type { ManagerCode, Setup } from "../../api";
import { CodeSheet } from "../crm/code-sheet";
import { Choices } from "./choices";
import { keepDrafts, readDrafts } from "./drafts";

type Step = "code" | "account" | "totp" | "choices" | "done";

/** In place of a set-up the box comes back from a copy. */
type Restoring = "asked" | "running" | "done";
const STEPS: Step[] = ["code", "account", "totp", "choices", "done"];

export function Wizard(props: { onFinished: () => void }) {
  const { t } = useText();
  // A set-up that this tab had begun: where it was, the box says.
  const [looking, setLooking] = useState(() => readDrafts().account !== null || readDrafts().restoring);
  const [step, setStep] = useState<Step>("code");
  const [setup, setSetup] = useState<Setup | null>(null);
  const [totp, setTotp] = useState<TotpSetup | null>(null);
  const [made, setMade] = useState<ManagerCode | null>(null);
  const [restoring, setRestoring] = useState<Restoring | null>(null);
  // The step is over: begin again, saying why.
  const [over, setOver] = useState<StepOver | null>(null);
  const lost = (problem: Problem) => {
    const why = stepOver(problem);
    if (why === null) return;
    setOver(why);
    setRestoring(null);
    setStep("code");
  };
  const restores = (how: Restoring | null) => {
    keepDrafts({ restoring: how === "asked" || how === "running" });
    setRestoring(how);
  };
  const goOn = (found: Setup) => {
    setSetup(found);
    setTotp(found.totp ?? null);
    setOver(null);
    setRestoring(found.next === "restore" ? "running" : readDrafts().restoring ? "asked" : null);
    setStep(found.next === "restore" ? "account" : found.next);
  };
  useEffect(() => {
    if (!looking) return;
    const enough = new AbortController();
    read<Setup>("/setup", enough.signal)
      .then(goOn, (error: unknown) => isProblem(error) && lost(error))
      .finally(() => enough.signal.aborted || setLooking(false));
    return () => enough.abort();
    // Once, when the page is loaded.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  if (looking) return <Loading />;
  return (
    <Steps
      look="admin"
      mark={
        <div className="flex items-center gap-3 text-section font-semibold">
          <Icon name="gate" className="size-8 text-rail-accent" />
          {t("ui.product")}
        </div>
      }
      steps={STEPS.map((one) => t(`admin.step.${one}`))}
      at={STEPS.indexOf(step)}
      title={t(restoring === null ? `admin.step.${step}.title` : restoring === "done" ? "copies.restore.done" : "copies.restore.title")}
      lead={t(restoring === null ? `admin.step.${step}.lead` : restoring === "done" ? "copies.restore.doneText" : "copies.box.restore.lead")}
      foot={step === "done" || restoring !== null ? null : t("admin.untilLast")}
    >
      {step === "code" && (
        <CodeStep
          path="/setup/code"
          name={t("admin.step.code")}
          label={t("admin.setupCode")}
          hint={t("admin.setupCodeHint")}
          empty={t("admin.codeEmpty")}
          over={over && t(`admin.over.${over}`)}
          maxLength={64}
          tries={(left) => t("admin.triesLeft", { count: left })}
          onDone={async () => goOn(await read<Setup>("/setup"))}
        />
      )}
      {step === "account" && restoring === "done" && (
        <div>
          <Button kind="primary" size="large" onClick={() => location.assign("/")}>
            {t("copies.restore.signIn")}
          </Button>
        </div>
      )}
      {step === "account" && restoring !== null && restoring !== "done" && (
        <RestoreStep
          at="/setup"
          running={restoring === "running"}
          onBack={() => restores(null)}
          onLost={lost}
          onDone={() => restores("done")}
          onOver={(problem) => {
            lost(problem);
            return Promise.resolve();
          }}
        />
      )}
      {step === "account" && restoring === null && setup && (
        <AccountStep
          setup={setup}
          onLost={lost}
          onRestore={() => restores("asked")}
          onDone={(next) => {
            setTotp(next);
            setStep("totp");
          }}
        />
      )}
      {step === "totp" && totp && (
        <div className="grid max-w-md gap-6">
          <TotpSecret secret={totp.totpSecret} uri={totp.otpauthUri} />
          <TotpCode path="/setup/totp" label={t("ui.continue")} onDone={() => setStep("choices")} onBack={() => setStep("account")} onLost={lost} />
        </div>
      )}
      {step === "choices" && setup && (
        <Choices
          setup={setup}
          onLost={lost}
          onDone={(code) => {
            setMade(code);
            setStep("done");
          }}
        />
      )}
      {step === "done" && made && (
        <div className="grid max-w-xl gap-6">
          <CodeSheet code={made} />
          <Button kind="primary" size="large" onClick={props.onFinished}>
            {t("admin.toProtection")}
          </Button>
        </div>
      )}
    </Steps>
  );
}

// Kept outside the step, so that going back and forth loses nothing; gone with the page.
let password = "";

function AccountStep(props: { setup: Setup; onLost: (problem: Problem) => void; onRestore: () => void; onDone: (totp: TotpSetup) => void }) {
  const { t } = useText();
  const { language } = useLanguage();
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zone = props.setup.timeZones.includes(here) ? here : props.setup.suggestedTimeZone;
  const [kept] = useState(() => readDrafts().account);
  const keptZone = kept && props.setup.timeZones.includes(kept.timeZone) ? kept.timeZone : zone;
  const form = useForm({
    initial: { name: kept?.name ?? "", password, language: language as string, timeZone: keptZone },
    submit: async (values, sender) => {
      password = values.password;
      try {
        const answer = await post<TotpSetup>("/setup/account", values, sender.idempotencyKey);
        password = "";
        props.onDone(answer);
      } catch (error) {
        if (isProblem(error)) props.onLost(error);
        throw error;
      }
    },
  });
  const { name, timeZone } = form.values;
  useEffect(() => keepDrafts({ account: { name, timeZone } }), [name, timeZone]);
  return (
    <Form form={form} label={t("admin.step.account")} className="grid max-w-md gap-5">
      <TextField label={t("ui.name")} hint={t("admin.nameHint")} field={form.field("name")} autoComplete="username" autoFocus maxLength={200} />
      <PasswordField label={t("ui.password")} hint={t("ui.passwordHint")} field={form.field("password")} autoComplete="new-password" />
      <LanguageField field={form.field("language")} />
      <SelectField label={t("ui.timeZone")} field={form.field("timeZone")} options={props.setup.timeZones.map((one) => ({ value: one, label: one }))} />
      <Button kind="primary" size="large" type="submit" busy={form.busy}>
        {t("ui.continue")}
      </Button>
      <div className="border-t border-line pt-4">
        <Button kind="quiet" icon="undo" onClick={props.onRestore}>
          {t("copies.restore.instead")}
        </Button>
      </div>
    </Form>
  );
}
