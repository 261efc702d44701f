// An invitation: the code stands behind `#` in the link, which no server and no log ever sees; the
// page takes it out of the address at once.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import type { Problem } from "../../../api/problem";
import type { Account, TotpSetup } from "../../../api/shared";
import { useText } from "../../../i18n";
import { CodeStep } from "../../../ui/code-step";
import { LanguageSwitch } from "../../../ui/language-switch";
import { useHeading } from "../../../ui/page";
import { SESSION } from "../../../ui/session";
import { Alone } from "../../../ui/shell";
import { TotpCode, TotpSecret } from "../../../ui/sign-in";
import { type StepOver, stepOver } from "../../../ui/step-over";
import { NewAccountForm, type NewAccount } from "../../account-form";
import { type Invited, START } from "../../api";
import { forgetDrafts } from "../contacts/drafts";

type Step = "code" | "account" | "totp";

function codeOfLink(): string {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

export function EnrolPage() {
  const { t } = useText();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [code, setCode] = useState(codeOfLink);
  const [step, setStep] = useState<Step>("code");
  const [invited, setInvited] = useState<Invited | null>(null);
  const [typed, setTyped] = useState<NewAccount | null>(null);
  const [totp, setTotp] = useState<TotpSetup | null>(null);
  const [over, setOver] = useState<StepOver | null>(null);
  useEffect(() => {
    if (location.hash !== "") history.replaceState(history.state, "", location.pathname);
  }, []);
  const name = invited?.organisation ?? t("ui.product");
  const title = t(`crm.enrol.${step}.title`);
  const heading = useHeading(title, true);
  const lost = (problem: Problem) => {
    const why = stepOver(problem);
    if (why === null) return;
    setOver(why);
    setStep("code");
  };
  return (
    <Alone name={name} second={t("crm.app")} footer={<LanguageSwitch />}>
      <h1 ref={heading} tabIndex={-1} className="text-page font-semibold">
        {title}
      </h1>
      <p className="mt-1 mb-6 text-body text-ink-2">{t(`crm.enrol.${step}.lead`)}</p>
      {step === "code" && (
        <CodeStep<Invited>
          path="/enrol/code"
          name={t("crm.enrol.code.title")}
          label={t("crm.enrol.code")}
          hint={t("crm.enrol.codeHint")}
          empty={t("crm.enrol.codeEmpty")}
          over={over && t(`crm.enrol.over.${over}`)}
          maxLength={200}
          code={code}
          tries={(left) => t("crm.triesLeft", { count: left })}
          onDone={(next, used) => {
            setCode(used);
            setInvited(next);
            setOver(null);
            setStep("account");
          }}
        />
      )}
      {step === "account" && invited && (
        <NewAccountForm
          path="/enrol/account"
          name={invited.invitedName}
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
        <div className="grid gap-6">
          <TotpSecret secret={totp.totpSecret} uri={totp.otpauthUri} />
          <TotpCode
            path="/enrol/totp"
            label={t("crm.enrol.finish")}
            onBack={() => setStep("account")}
            onLost={lost}
            onDone={(answer) => {
              // Whoever was signed in here before, nothing of theirs stays.
              forgetDrafts();
              client.removeQueries({ predicate: (one) => one.queryKey[0] !== START[0] });
              client.setQueryData(SESSION, (answer as { account: Account }).account);
              go("/contacts", { replace: true });
            }}
          />
        </div>
      )}
    </Alone>
  );
}
