// From the admin's code to the first manager, in five steps: the organisation and its passphrase,
// the recovery key on paper and proved, the account, the authenticator app.
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useLocation } from "wouter";
import { post } from "../../../api/client";
import { isProblem, type Problem } from "../../../api/problem";
import type { Account, TotpSetup } from "../../../api/shared";
import { useText } from "../../../i18n";
import { Button } from "../../../ui/button";
import { classes } from "../../../ui/classes";
import { CodeField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Icon } from "../../../ui/icons";
import { LanguageSwitch } from "../../../ui/language-switch";
import { useHeading } from "../../../ui/page";
import { SESSION } from "../../../ui/session";
import { Mark } from "../../../ui/shell";
import { TotpCode, TotpSecret } from "../../../ui/sign-in";
import { NewAccountForm, type NewAccount } from "../../account-form";
import { START, type Start } from "../../api";
import { RecoveryStep } from "./recovery";
import { VaultStep, type Vault } from "./vault";

const STEPS = ["code", "vault", "recovery", "account", "totp"] as const;
type Step = (typeof STEPS)[number];

export function ClaimWizard({ start }: { start: Start }) {
  const { t } = useText();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [step, setStep] = useState<Step>("code");
  const [vault, setVault] = useState<Vault>({ organisation: start.organisation ?? "", passphrase: "" });
  // How far a claim that was broken off had come.
  const [made, setMade] = useState(start.organisation !== null && start.organisation !== undefined);
  const [proved, setProved] = useState(start.recoveryConfirmed);
  const [recoveryKey, setRecoveryKey] = useState<string | null>(null);
  const [typed, setTyped] = useState<NewAccount | null>(null);
  const [totp, setTotp] = useState<TotpSetup | null>(null);
  const [expired, setExpired] = useState(false);
  const lost = (problem: Problem) => {
    if (problem.status !== 401) return;
    setExpired(true);
    setStep("code");
  };
  return (
    <Frame step={step} name={vault.organisation || t("ui.product")}>
      {step === "code" && (
        <CodeStep
          expired={expired}
          onDone={() => {
            setExpired(false);
            setStep(!made ? "vault" : !proved ? "recovery" : "account");
          }}
        />
      )}
      {step === "vault" && (
        <VaultStep
          typed={vault}
          onTyped={setVault}
          onLost={lost}
          onDone={(key) => {
            setRecoveryKey(key);
            setMade(true);
            setStep("recovery");
          }}
        />
      )}
      {step === "recovery" && (
        <RecoveryStep
          organisation={vault.organisation}
          recoveryKey={recoveryKey}
          onLost={lost}
          onDone={() => {
            // It is on paper now: the page forgets it.
            setRecoveryKey(null);
            setProved(true);
            setStep("account");
          }}
        />
      )}
      {step === "account" && (
        <NewAccountForm
          path="/claim/account"
          name=""
          typed={typed}
          onTyped={setTyped}
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
          <TotpCode
            path="/claim/totp"
            label={t("crm.claim.finish")}
            onBack={() => setStep("account")}
            onDone={(answer) => {
              client.setQueryData(SESSION, (answer as { account: Account }).account);
              go("/contacts", { replace: true });
              client.setQueryData<Start>(START, { ...start, state: "open", organisation: vault.organisation || start.organisation, recoveryConfirmed: true });
            }}
          />
        </div>
      )}
    </Frame>
  );
}

function Frame(props: { step: Step; name: string; children: ReactNode }) {
  const { t } = useText();
  const at = STEPS.indexOf(props.step);
  const title = t(`crm.step.${props.step}.title`);
  const heading = useHeading(title, true);
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[296px_minmax(0,1fr)]">
      <aside className="screen-only flex flex-col border-line bg-sunk px-3 py-5 max-md:border-b md:sticky md:top-0 md:h-dvh md:border-r md:py-7">
        <Mark look="crm" name={props.name} second={t("crm.app")} />
        <ol className="mt-8 grid gap-5 px-3 max-md:hidden">
          {STEPS.map((step, index) => (
            <li key={step} aria-current={index === at ? "step" : undefined} className={classes("flex items-center gap-3 text-body", index === at ? "font-semibold text-ink" : "text-ink-2")}>
              <span
                className={classes(
                  "inline-flex size-7 shrink-0 items-center justify-center rounded-full text-label font-semibold tabular-nums",
                  index === at ? "bg-accent text-on-accent" : index < at ? "bg-tint text-accent" : "border border-line-2 text-ink-2",
                )}
              >
                {index < at ? <Icon name="check" /> : index + 1}
              </span>
              {t(`crm.step.${step}`)}
            </li>
          ))}
        </ol>
        <p className="mt-auto px-3 text-row text-ink-2 max-md:hidden">{t("crm.claim.yours")}</p>
      </aside>
      <main className="min-w-0 px-4 py-6 sm:px-8 md:px-12 md:py-10">
        <div className="screen-only mb-2 flex flex-wrap items-center justify-between gap-2">
          <p className="text-body text-ink-2">{t("crm.stepOf", { step: at + 1, of: STEPS.length })}</p>
          <LanguageSwitch />
        </div>
        <h1 ref={heading} tabIndex={-1} className="text-page font-semibold">
          {title}
        </h1>
        <p className="mt-1 mb-6 max-w-prose text-body text-ink-2">{t(`crm.step.${props.step}.lead`)}</p>
        {props.children}
      </main>
    </div>
  );
}

function CodeStep(props: { expired: boolean; onDone: () => void }) {
  const { t } = useText();
  const [left, setLeft] = useState<number | null>(null);
  const form = useForm({
    initial: { code: "" },
    check: (values) => ({ code: values.code.trim() === "" ? t("crm.claim.codeEmpty") : undefined }),
    submit: async (values, sender) => {
      setLeft(null);
      try {
        await post("/claim/code", { code: values.code }, sender.idempotencyKey);
      } catch (error) {
        if (isProblem(error, "wrong-code")) setLeft(error.number("triesLeft"));
        throw error;
      }
      props.onDone();
    },
  });
  return (
    <Form form={form} label={t("crm.step.code")} className="grid max-w-md gap-5">
      {props.expired && (
        <p role="status" className="text-body text-warn">
          {t("crm.claim.expired")}
        </p>
      )}
      <CodeField label={t("crm.claim.code")} hint={t("crm.claim.codeHint")} field={form.field("code")} maxLength={64} autoFocus />
      {left !== null && <p className="text-body text-bad">{t("crm.triesLeft", { count: left })}</p>}
      <Button kind="primary" size="large" type="submit" busy={form.busy}>
        {t("ui.continue")}
      </Button>
    </Form>
  );
}
