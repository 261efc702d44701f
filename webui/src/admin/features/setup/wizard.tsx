// From the code on the console to the CRM manager's code, in five steps. Nothing passes through the
// box until the last one; what was typed in a step is kept while the others are shown.
import { type ReactNode, useState } from "react";
import { post, read } from "../../../api/client";
import { isProblem, type Problem } from "../../../api/problem";
import type { TotpSetup } from "../../../api/shared";
import { LANGUAGE_NAMES, LANGUAGES, type Language, useLanguage, useText } from "../../../i18n";
import { Button } from "../../../ui/button";
import { classes } from "../../../ui/classes";
import { CodeField, PasswordField, SelectField, TextField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Icon } from "../../../ui/icons";
import { useHeading } from "../../../ui/page";
import { LanguageSwitch } from "../../../ui/language-switch";
import { TotpCode, TotpSecret } from "../../../ui/sign-in";
import type { ManagerCode, Setup } from "../../api";
import { CodeSheet } from "../crm/code-sheet";
import { Choices } from "./choices";

type Step = "code" | "account" | "totp" | "choices" | "done";
const STEPS: Step[] = ["code", "account", "totp", "choices", "done"];

export function Wizard(props: { onFinished: () => void }) {
  const { t } = useText();
  const [step, setStep] = useState<Step>("code");
  const [setup, setSetup] = useState<Setup | null>(null);
  const [totp, setTotp] = useState<TotpSetup | null>(null);
  const [made, setMade] = useState<ManagerCode | null>(null);
  // The step's cookie is gone after 15 minutes: begin again, saying so.
  const [expired, setExpired] = useState(false);
  const lost = (problem: Problem) => {
    if (problem.status !== 401) return;
    setExpired(true);
    setStep("code");
  };
  return (
    <Frame step={step}>
      {step === "code" && (
        <CodeStep
          expired={expired}
          onDone={async () => {
            setSetup(await read<Setup>("/setup"));
            setExpired(false);
            setStep("account");
          }}
        />
      )}
      {step === "account" && setup && (
        <AccountStep
          setup={setup}
          onLost={lost}
          onDone={(next) => {
            setTotp(next);
            setStep("totp");
          }}
        />
      )}
      {step === "totp" && totp && (
        <div className="grid max-w-md gap-6">
          <TotpSecret secret={totp.totpSecret} uri={totp.otpauthUri} />
          <TotpCode path="/setup/totp" label={t("ui.continue")} onDone={() => setStep("choices")} onBack={() => setStep("account")} />
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
    </Frame>
  );
}

function Frame(props: { step: Step; children: ReactNode }) {
  const { t } = useText();
  const at = STEPS.indexOf(props.step);
  const title = t(`admin.step.${props.step}.title`);
  const heading = useHeading(title, true);
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[296px_minmax(0,1fr)]">
      <aside className="screen-only on-rail flex flex-col bg-rail px-6 py-5 text-rail-text md:sticky md:top-0 md:h-dvh md:py-7">
        <div className="flex items-center gap-3 text-section font-semibold">
          <Icon name="gate" className="size-8 text-rail-accent" />
          {t("ui.product")}
        </div>
        <ol className="mt-8 grid gap-5 max-md:hidden">
          {STEPS.map((step, index) => (
            <li key={step} aria-current={index === at ? "step" : undefined} className={classes("flex items-center gap-3 text-body", index === at ? "font-semibold" : "text-rail-text-2")}>
              <span
                className={classes(
                  "inline-flex size-7 items-center justify-center rounded-full text-label font-semibold tabular-nums",
                  index === at ? "bg-rail-accent text-rail" : index < at ? "bg-rail-line text-rail-accent" : "border border-rail-line text-rail-text-2",
                )}
              >
                {index < at ? <Icon name="check" /> : index + 1}
              </span>
              {t(`admin.step.${step}`)}
            </li>
          ))}
        </ol>
        <p className="mt-auto text-row text-rail-text-2 max-md:hidden">{t("admin.untilLast")}</p>
      </aside>
      <main className="min-w-0 px-4 py-6 sm:px-8 md:px-12 md:py-10">
        <div className="screen-only mb-2 flex flex-wrap items-center justify-between gap-2">
          <p className="text-body text-ink-2">{t("admin.stepOf", { step: at + 1, of: STEPS.length })}</p>
          <LanguageSwitch />
        </div>
        <h1 ref={heading} tabIndex={-1} className="text-page font-semibold">
          {title}
        </h1>
        <p className="mt-1 mb-6 max-w-prose text-body text-ink-2">{t(`admin.step.${props.step}.lead`)}</p>
        {props.children}
      </main>
    </div>
  );
}

function CodeStep(props: { expired: boolean; onDone: () => Promise<void> }) {
  const { t } = useText();
  const [left, setLeft] = useState<number | null>(null);
  const form = useForm({
    initial: { code: "" },
    check: (values) => ({ code: values.code.trim() === "" ? t("admin.codeEmpty") : undefined }),
    submit: async (values, sender) => {
      setLeft(null);
      try {
        await post("/setup/code", { code: values.code }, sender.idempotencyKey);
      } catch (error) {
        if (isProblem(error, "wrong-code")) setLeft(error.number("triesLeft"));
        throw error;
      }
      await props.onDone();
    },
  });
  return (
    <Form form={form} label={t("admin.step.code")} className="grid max-w-md gap-5">
      {props.expired && (
        <p role="status" className="text-body text-warn">
          {t("admin.expired")}
        </p>
      )}
      <CodeField label={t("admin.setupCode")} hint={t("admin.setupCodeHint")} field={form.field("code")} maxLength={64} autoFocus />
      {left !== null && <p className="text-body text-bad">{t("admin.triesLeft", { count: left })}</p>}
      <Button kind="primary" size="large" type="submit" busy={form.busy}>
        {t("ui.continue")}
      </Button>
    </Form>
  );
}

// Kept outside the step, so that going back and forth loses nothing; gone with the page.
let typed: { name: string; password: string; language: string; timeZone: string } | null = null;

function AccountStep(props: { setup: Setup; onLost: (problem: Problem) => void; onDone: (totp: TotpSetup) => void }) {
  const { t } = useText();
  const { language, choose } = useLanguage();
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zone = props.setup.timeZones.includes(here) ? here : props.setup.suggestedTimeZone;
  const form = useForm({
    initial: typed ?? { name: "", password: "", language: language as string, timeZone: zone },
    submit: async (values, sender) => {
      typed = values;
      try {
        const answer = await post<TotpSetup>("/setup/account", values, sender.idempotencyKey);
        typed = { ...values, password: "" };
        props.onDone(answer);
      } catch (error) {
        if (isProblem(error)) props.onLost(error);
        throw error;
      }
    },
  });
  const languageField = form.field("language");
  return (
    <Form form={form} label={t("admin.step.account")} className="grid max-w-md gap-5">
      <TextField label={t("ui.name")} hint={t("admin.nameHint")} field={form.field("name")} autoComplete="username" autoFocus maxLength={200} />
      <PasswordField label={t("ui.password")} hint={t("ui.passwordHint")} field={form.field("password")} autoComplete="new-password" />
      <SelectField
        label={t("ui.language")}
        field={{
          ...languageField,
          onValue: (value) => {
            languageField.onValue(value);
            choose(value as Language);
          },
        }}
        options={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one], lang: one }))}
      />
      <SelectField label={t("ui.timeZone")} field={form.field("timeZone")} options={props.setup.timeZones.map((one) => ({ value: one, label: one }))} />
      <Button kind="primary" size="large" type="submit" busy={form.busy}>
        {t("ui.continue")}
      </Button>
    </Form>
  );
}
