// From the admin's code to the first manager, in five steps: the organisation and its passphrase,
// the recovery key on paper and proved, the account, the authenticator app. How far it has come, the box says: a page
// that was loaded again, and whoever comes with the code once more, goes on there.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { read } from "../../../api/client";
import { isProblem, type Problem } from "../../../api/problem";
import type { Account, TotpSetup } from "../../../api/shared";
import { useLanguage, useText } from "../../../i18n";
import { Loading } from "../../../ui/async";
import { CodeStep } from "../../../ui/code-step";
import { SESSION } from "../../../ui/session";
import { Mark } from "../../../ui/shell";
import { TotpCode, TotpSecret } from "../../../ui/sign-in";
import { type StepOver, stepOver } from "../../../ui/step-over";
import { Steps } from "../../../ui/steps";
import { NewAccountForm, type NewAccount } from "../../account-form";
import { RestoreStep } from "../../../copies/restore";
import { type ClaimSoFar, type RecoveryKey, START, type Start } from "../../api";
import { forgetClaim, keepAccount, keepClaim, readClaim } from "./drafts";
import { RecoveryStep } from "./recovery";
import { VaultStep, type Vault } from "./vault";

const STEPS = ["code", "vault", "recovery", "account", "totp"] as const;
type Step = (typeof STEPS)[number];

export function ClaimWizard({ start }: { start: Start }) {
  const { t } = useText();
  const client = useQueryClient();
  const [, go] = useLocation();
  const { language } = useLanguage();
  const [draft] = useState(readClaim);
  // A claim that this tab had begun: where it was, the box says.
  const [looking, setLooking] = useState(draft !== null);
  const [step, setStep] = useState<Step>("code");
  const [vault, setVault] = useState<Vault>({ organisation: draft?.organisation ?? "", passphrase: "" });
  const [made, setMade] = useState<RecoveryKey | null>(null);
  // In place of a new vault, one comes back from a copy.
  const [restoring, setRestoring] = useState<"asked" | "running" | null>(null);
  // There is a vault whose key was not typed back.
  const [another, setAnother] = useState(false);
  const [typed, setTyped] = useState<NewAccount | null>(draft?.account ? { ...draft.account, password: "", language } : null);
  const [totp, setTotp] = useState<TotpSetup | null>(null);
  const [over, setOver] = useState<StepOver | null>(null);
  const lost = (problem: Problem) => {
    const why = stepOver(problem);
    if (why === null) return;
    setOver(why);
    setRestoring(null);
    setStep("code");
  };
  const goOn = (found: ClaimSoFar) => {
    const { organisation } = found;
    if (organisation) setVault((before) => ({ ...before, organisation }));
    setTotp(found.totp ?? null);
    setAnother(false);
    setOver(null);
    setRestoring(found.next === "restore" ? "running" : null);
    setStep(found.next === "restore" ? "vault" : found.next);
  };
  useEffect(() => {
    if (!looking) return;
    const enough = new AbortController();
    read<ClaimSoFar>("/claim", enough.signal)
      .then(goOn, (error: unknown) => isProblem(error) && lost(error))
      .finally(() => enough.signal.aborted || setLooking(false));
    return () => enough.abort();
    // Once, when the page is loaded.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  if (looking) return <Loading />;
  return (
    <Steps
      look="crm"
      mark={<Mark look="crm" name={vault.organisation || t("ui.product")} second={t("crm.app")} />}
      steps={STEPS.map((one) => t(`crm.step.${one}`))}
      at={STEPS.indexOf(step)}
      title={t(restoring === null ? `crm.step.${step}.title` : "copies.restore.title")}
      lead={t(restoring === null ? `crm.step.${step}.lead` : "copies.crm.restore.lead")}
      foot={t("crm.claim.yours")}
    >
      {step === "code" && (
        <CodeStep
          path="/claim/code"
          name={t("crm.step.code")}
          label={t("crm.claim.code")}
          hint={t("crm.claim.codeHint")}
          empty={t("crm.claim.codeEmpty")}
          over={over && t(`crm.claim.over.${over}`)}
          maxLength={64}
          tries={(left) => t("crm.triesLeft", { count: left })}
          onDone={async () => {
            keepClaim({});
            goOn(await read<ClaimSoFar>("/claim"));
          }}
        />
      )}
      {step === "vault" && restoring !== null && (
        <RestoreStep
          at="/claim"
          running={restoring === "running"}
          onBack={() => setRestoring(null)}
          onLost={lost}
          onDone={() => undefined}
          onOver={async (problem) => {
            // Once it is there nobody's claim is left: the page that everybody sees says so.
            await client.invalidateQueries({ queryKey: START });
            lost(problem);
          }}
        />
      )}
      {step === "vault" && restoring === null && (
        <VaultStep
          typed={vault}
          onTyped={setVault}
          onBack={another ? () => setStep("recovery") : null}
          onRestore={() => setRestoring("asked")}
          onLost={lost}
          onDone={(key) => {
            setMade(key);
            setStep("recovery");
          }}
        />
      )}
      {step === "recovery" && (
        <RecoveryStep
          organisation={vault.organisation}
          made={made}
          onLost={lost}
          onAnother={() => {
            setAnother(true);
            setStep("vault");
          }}
          onDone={() => {
            // It is on paper now: the page forgets it.
            setMade(null);
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
          keep={keepAccount}
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
              forgetClaim();
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
