// The own account: language, time zone, password, sessions. Shared by both apps.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, read } from "../api/client";
import { isProblem, type Problem } from "../api/problem";
import type { Account, SessionEntry } from "../api/shared";
import { LANGUAGE_NAMES, LANGUAGES, type Language, useLanguage, useText } from "../i18n";
import { Loaded } from "./async";
import { Badge } from "./badge";
import { Button } from "./button";
import { deviceOf } from "./device";
import { CodeField, PasswordField, SelectField } from "./field";
import { Form, ProblemNote, useForm } from "./form";
import { Dialog, useToast } from "./overlay";
import { Actions, Page, Sheet } from "./page";
import { SESSION, signOut, useAccount } from "./session";
import { AllKeysButton } from "./shortcuts";
import { SingleKeysField } from "./single-keys";
import { ThemeField } from "./theme";
import { When } from "./when";

export function AccountPage() {
  const { t } = useText();
  const account = useAccount();
  const [leaving, setLeaving] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const leave = async () => {
    setLeaving(true);
    setProblem(null);
    try {
      await signOut();
    } catch (error) {
      setLeaving(false);
      if (!isProblem(error)) throw error;
      setProblem(error);
    }
  };
  return (
    <Page
      narrow
      title={t("ui.account")}
      lead={account.name}
      actions={
        <Button icon="signOut" busy={leaving} onClick={() => void leave()}>
          {t("ui.signOut")}
        </Button>
      }
    >
      {problem && <ProblemNote problem={problem} />}
      <Sheet title={t("ui.display")}>
        <Settings />
      </Sheet>
      <Sheet title={t("ui.keys")}>
        <div className="grid justify-items-start gap-3">
          <SingleKeysField />
          <AllKeysButton />
        </div>
      </Sheet>
      <Sheet title={t("ui.changePassword")}>
        <PasswordForm />
      </Sheet>
      <Sheet title={t("ui.sessions")} bare>
        <Sessions />
      </Sheet>
    </Page>
  );
}

/** A browser and its system in words. */
function useDeviceName(): (agent: string) => string {
  const { t, find } = useText();
  return (agent) => {
    const of = deviceOf(agent);
    const browser = find(`ui.browser.${of.browser}`);
    const system = find(`ui.system.${of.system}`);
    if (system === null) return browser ?? t("ui.unknownDevice");
    return browser === null ? t("ui.deviceOnly", { system }) : t("ui.deviceOn", { browser, system });
  };
}

/** All zones the browser knows, with the one in force, which the browser may call otherwise. */
export function timeZones(present: string): string[] {
  const known = Intl.supportedValuesOf("timeZone");
  return known.includes(present) ? known : [present, ...known];
}

function Settings() {
  const { t } = useText();
  const { choose } = useLanguage();
  const account = useAccount();
  const client = useQueryClient();
  const toast = useToast();
  const form = useForm({
    initial: { language: account.language as string, timeZone: account.timeZone },
    submit: async (values) => {
      const { data } = await call<Account>("PATCH", "/account", { body: values });
      client.setQueryData(SESSION, data);
      choose(values.language as Language);
      toast(t("ui.saved"));
    },
  });
  return (
    <Form form={form} label={t("ui.display")}>
      <SelectField label={t("ui.language")} field={form.field("language")} options={LANGUAGES.map((one) => ({ value: one, label: LANGUAGE_NAMES[one], lang: one }))} />
      <SelectField label={t("ui.timeZone")} field={form.field("timeZone")} options={timeZones(account.timeZone).map((one) => ({ value: one, label: one }))} />
      <ThemeField />
      <Actions>
        <Button type="submit" kind="primary" busy={form.busy}>
          {t("ui.save")}
        </Button>
      </Actions>
    </Form>
  );
}

function PasswordForm() {
  const { t } = useText();
  const toast = useToast();
  const account = useAccount();
  const empty = { current: "", new: "", code: "" };
  const form = useForm({
    initial: empty,
    check: (values) => ({
      current: values.current === "" ? t("ui.missing") : undefined,
      new: values.new === "" ? t("ui.missing") : undefined,
      code: values.code.trim() === "" ? t("ui.missing") : undefined,
    }),
    submit: async (values, sender) => {
      await call("POST", "/account/password", { body: { ...values, code: values.code.replace(/\s/g, "") }, idempotencyKey: sender.idempotencyKey });
      form.reset(empty);
      toast(t("ui.passwordChanged"));
    },
  });
  return (
    <Form form={form} label={t("ui.changePassword")}>
      <input type="text" name="username" autoComplete="username" value={account.name} readOnly hidden />
      <PasswordField label={t("ui.currentPassword")} field={form.field("current")} autoComplete="current-password" />
      <PasswordField label={t("ui.newPassword")} hint={t("ui.passwordHint")} field={form.field("new")} autoComplete="new-password" />
      <CodeField label={t("ui.code")} hint={t("ui.codeHint")} field={form.field("code")} digits={6} maxLength={12} />
      <Actions>
        <Button type="submit" busy={form.busy}>
          {t("ui.changePassword")}
        </Button>
      </Actions>
    </Form>
  );
}

function Sessions() {
  const { t } = useText();
  const device = useDeviceName();
  const client = useQueryClient();
  const [asked, setAsked] = useState<SessionEntry | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const query = useQuery({
    queryKey: ["sessions"],
    queryFn: ({ signal }) => read<{ items: SessionEntry[] }>("/sessions", signal),
  });
  const revoke = async (one: SessionEntry) => {
    setAsked(null);
    setProblem(null);
    try {
      await call("DELETE", `/sessions/${one.id}`);
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
    }
    await client.invalidateQueries({ queryKey: ["sessions"] });
  };
  return (
    <Loaded query={query}>
      {({ items }) => (
        <>
          {problem && <ProblemNote problem={problem} />}
          <ul aria-label={t("ui.sessions")}>
            {items.map((one) => (
              <li key={one.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 sm:px-5">
                <div className="min-w-0 flex-1 basis-60">
                  <div title={one.device} className="text-body break-words text-ink">
                    {device(one.device)}
                  </div>
                  <div className="text-row text-ink-2">
                    {one.address} · {t("ui.lastSeen")}<When within at={one.lastSeen} />
                  </div>
                </div>
                {one.current ? (
                  <Badge state="info">{t("ui.thisSession")}</Badge>
                ) : (
                  <Button size="row" kind="destructive" onClick={() => setAsked(one)}>
                    {t("ui.endSession")}
                  </Button>
                )}
              </li>
            ))}
          </ul>
          <Dialog
            open={asked !== null}
            onClose={() => setAsked(null)}
            title={t("ui.endSessionTitle")}
            buttons={
              <>
                <Button onClick={() => setAsked(null)}>{t("ui.keep")}</Button>
                <Button kind="destructive-outline" onClick={() => asked && void revoke(asked)}>
                  {t("ui.endSession")}
                </Button>
              </>
            }
          >
            {t("ui.endSessionText", { device: device(asked?.device ?? ""), address: asked?.address ?? "" })}
          </Dialog>
        </>
      )}
    </Loaded>
  );
}
