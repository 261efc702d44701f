// The account of who just proved to be invited: name, password, language, time zone. Used by the
// claim and by the enrolment.
import { useEffect } from "react";
import { post } from "../api/client";
import { isProblem, type Problem } from "../api/problem";
import type { TotpSetup } from "../api/shared";
import { useLanguage, useText } from "../i18n";
import { timeZones } from "../ui/account-page";
import { Button } from "../ui/button";
import { Checkbox, PasswordField, SelectField, TextField } from "../ui/field";
import { Form, useForm } from "../ui/form";
import { LanguageField } from "../ui/language-field";

export interface NewAccount {
  name: string;
  password: string;
  language: string;
  timeZone: string;
  showAsUnlocker: boolean;
}

interface Props {
  path: "/claim/account" | "/enrol/account";
  /** What was typed before, when one comes back from the next step. */
  typed: NewAccount | null;
  name: string;
  onTyped: (values: NewAccount) => void;
  /** Keeps what is no secret while it is typed. */
  keep?: (values: NewAccount) => void;
  onLost: (problem: Problem) => void;
  onDone: (totp: TotpSetup) => void;
}

export function NewAccountForm(props: Props) {
  const { t } = useText();
  const { language } = useLanguage();
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const claim = props.path === "/claim/account";
  const form = useForm<NewAccount>({
    // The language is the page's, also for who comes back.
    initial: { name: props.name, password: "", timeZone: here, showAsUnlocker: true, ...props.typed, language },
    submit: async ({ showAsUnlocker, ...values }, sender) => {
      try {
        const answer = await post<TotpSetup>(props.path, claim ? { ...values, showAsUnlocker } : values, sender.idempotencyKey);
        props.onTyped({ ...values, showAsUnlocker, password: "" });
        props.onDone(answer);
      } catch (error) {
        if (isProblem(error)) {
          props.onTyped({ ...values, showAsUnlocker });
          props.onLost(error);
        }
        throw error;
      }
    },
  });
  const { keep } = props;
  const { values } = form;
  useEffect(() => keep?.(values), [keep, values]);
  return (
    <Form form={form} label={t("crm.yourAccount")} className="grid max-w-md gap-5">
      <TextField label={t("ui.name")} hint={t("crm.nameHint")} field={form.field("name")} autoComplete="username" autoFocus maxLength={200} />
      <PasswordField label={t("ui.password")} hint={t("ui.passwordHint")} field={form.field("password")} autoComplete="new-password" />
      <LanguageField field={form.field("language")} />
      <SelectField label={t("ui.timeZone")} field={form.field("timeZone")} options={timeZones(form.values.timeZone).map((one) => ({ value: one, label: one }))} />
      {claim && (
        <Checkbox
          label={t("crm.claim.showMe")}
          hint={t("crm.claim.showMeHint")}
          checked={form.values.showAsUnlocker}
          onChecked={(checked) => form.set("showAsUnlocker", checked)}
        />
      )}
      <Button kind="primary" size="large" type="submit" busy={form.busy}>
        {t("ui.continue")}
      </Button>
    </Form>
  );
}
