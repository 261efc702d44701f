// Signing in: name and password, then the code of the authenticator app. Shared by both apps.
import { useState } from "react";
import { post } from "../api/client";
import type { Account } from "../api/shared";
import { isProblem, type Problem } from "../api/problem";
import { useText } from "../i18n";
import { formatClocks } from "../i18n/when";
import { Button } from "./button";
import { CodeField, PasswordField, TextField } from "./field";
import { Form, ProblemNote, useForm } from "./form";
import { QrCode } from "./qr";
import { Secret } from "./copy";

export function SignIn(props: { onSignedIn: (account: Account) => void; name?: string }) {
  const [step, setStep] = useState<"password" | "code">("password");
  // The password was given too long ago, or too many codes were wrong since.
  const [gone, setGone] = useState<Problem | null>(null);
  // A session that ended may be opened again by the same person; the name is kept through both steps.
  const form = useForm({
    initial: { name: props.name ?? "", password: "" },
    submit: async (values) => {
      setGone(null);
      await post("/session", values);
      setStep("code");
    },
  });
  const { t } = useText();
  const again = () => {
    form.reset({ name: form.values.name, password: "" });
    setStep("password");
  };
  if (step === "code") {
    return (
      <TotpCode
        path="/session/totp"
        label={t("ui.signIn")}
        onDone={(answer) => props.onSignedIn((answer as { account: Account }).account)}
        onBack={again}
        onLost={(problem) => {
          if (problem.status !== 401) return;
          setGone(problem);
          again();
        }}
      />
    );
  }
  return (
    <Form form={form} label={t("ui.signIn")}>
      {gone && <ProblemNote problem={gone} />}
      <TextField label={t("ui.name")} field={form.field("name")} autoComplete="username" autoFocus={!form.values.name} required />
      <PasswordField label={t("ui.password")} field={form.field("password")} autoComplete="current-password" autoFocus={Boolean(props.name)} required />
      <Button kind="primary" size="large" type="submit" wide busy={form.busy}>
        {t("ui.continue")}
      </Button>
    </Form>
  );
}

/** A typed code of the authenticator app; a wrong one shows the box's clock beside this device's. */
export function TotpCode(props: { path: string; label: string; onDone: (answer: unknown) => void; onBack?: () => void; onLost: (problem: Problem) => void }) {
  const { t } = useText();
  const [clock, setClock] = useState<{ box: string; here: string } | null>(null);
  const form = useForm({
    initial: { code: "" },
    check: (values) => ({ code: /^\d{6}$/.test(digits(values.code)) ? undefined : t("ui.sixDigits") }),
    submit: async (values, sender) => {
      setClock(null);
      try {
        const answer = await post(props.path, { code: digits(values.code) }, sender.idempotencyKey);
        props.onDone(answer);
      } catch (error) {
        if (isProblem(error, "wrong-totp")) setClock(clocks(error));
        if (isProblem(error)) props.onLost(error);
        throw error;
      }
    },
  });
  return (
    <Form form={form} label={t("ui.code")}>
      <CodeField label={t("ui.code")} hint={t("ui.codeHint")} field={form.field("code")} digits={6} maxLength={12} autoFocus required />
      {clock && <p className="text-body text-ink-2">{t("ui.clocks", clock)}</p>}
      <div className="grid gap-2">
        <Button kind="primary" size="large" type="submit" wide busy={form.busy}>
          {props.label}
        </Button>
        {props.onBack && (
          <Button kind="quiet" size="large" wide onClick={props.onBack}>
            {t("ui.back")}
          </Button>
        )}
      </div>
    </Form>
  );
}

/** Without blanks, full-width digits of an input method as plain ones. */
function digits(typed: string): string {
  return typed.normalize("NFKC").replace(/\s/g, "");
}

function clocks(problem: Problem): { box: string; here: string } | null {
  const box = problem.text("boxTime");
  return box === null ? null : formatClocks(new Date(box), new Date());
}

/** The QR code and the same secret for typing; the code that proves it is asked for below. */
export function TotpSecret(props: { secret: string; uri: string }) {
  const { t } = useText();
  return (
    <div className="grid gap-4">
      <QrCode text={props.uri} label={t("ui.qr")} />
      <div>
        <p className="mb-1 text-row text-ink-2">{t("ui.qrTyped")}</p>
        <Secret text={props.secret.replace(/(.{4})(?=.)/g, "$1 ")} />
      </div>
    </div>
  );
}
