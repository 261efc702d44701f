// From the admin's code to the first manager, in five steps: the organisation and its passphrase,
// the recovery key on paper and proved, the account, the authenticator app.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import type { Problem } from "../../../api/problem";
import type { Account, TotpSetup } from "../../../api/shared";
import { useText } from "../../../i18n";
import { CodeStep } from "../../../ui/code-step";
import { SESSION } from "../../../ui/session";
import { Mark } from "../../../ui/shell";
import { TotpCode, TotpSecret } from "../../../ui/sign-in";
import { Steps } from "../../../ui/steps";
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
  const [vault, setVault] = useState<Vault>({ organisation: "", passphrase: "" });
  // How far a claim that was broken off had come.
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
    <Steps
      look="crm"
      mark={<Mark look="crm" name={vault.organisation || t("ui.product")} second={t("crm.app")} />}
      steps={STEPS.map((one) => t(`crm.step.${one}`))}
      at={STEPS.indexOf(step)}
      title={t(`crm.step.${step}.title`)}
      lead={t(`crm.step.${step}.lead`)}
      foot={t("crm.claim.yours")}
    >
      {step === "code" && (
        <CodeStep
          path="/claim/code"
          name={t("crm.step.code")}
          label={t("crm.claim.code")}
          hint={t("crm.claim.codeHint")}
          empty={t("crm.claim.codeEmpty")}
          expired={expired ? t("crm.claim.expired") : null}
          maxLength={64}
          tries={(left) => t("crm.triesLeft", { count: left })}
          onDone={() => {
            setExpired(false);
            setStep(proved ? "account" : recoveryKey === null ? "vault" : "recovery");
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
            setStep("recovery");
          }}
        />
      )}
      {step === "recovery" && recoveryKey !== null && (
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
            onLost={lost}
            onDone={(answer) => {
              client.setQueryData(SESSION, (answer as { account: Account }).account);
              go("/contacts", { replace: true });
              client.setQueryData<Start>(START, { ...start, state: "open", organisation: vault.organisation || null, recoveryConfirmed: true });
            }}
          />
        </div>
      )}
    </Steps>
  );
}
