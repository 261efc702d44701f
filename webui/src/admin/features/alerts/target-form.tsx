// One of those who are told: a new one, or one that is changed. Passwords and keys are typed, never shown again, and never
// taken along to another place.
import { useState } from "react";
import { useLocation } from "wouter";
import { call } from "../../../api/client";
import type { Problem } from "../../../api/problem";
import { useLanguage, useText } from "../../../i18n";
import { useAddressPart } from "../../../ui/address-part";
import { EmptyState, Loaded } from "../../../ui/async";
import { Note } from "../../../ui/badge";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { Secret } from "../../../ui/copy";
import { AreaField, Checkbox, PasswordField, SelectField, TextField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { useToast } from "../../../ui/overlay";
import { Actions, Page, Sheet } from "../../../ui/page";
import type { AlertTarget, AlertTargetSaved } from "../../api";
import { TARGETS } from "./frame";
import { ROBOTS, SEVERITIES, useTargets, useTargetsAnew, WAYS } from "./targets";
import { bodyOf, PORTS, type Typed, typedOf } from "./target-values";

export function TargetNewPage() {
  return <FormPage find={() => null} />;
}

export function TargetEditPage() {
  const id = useAddressPart("id");
  return <FormPage find={(all) => all.find((one) => one.id === id)} />;
}

function FormPage(props: { find: (all: AlertTarget[]) => AlertTarget | null | undefined }) {
  const { t } = useText();
  const query = useTargets();
  const [made, setMade] = useState<{ name: string; secret: string } | null>(null);
  // What is typed is not taken away by what the box says meanwhile.
  const [start, setStart] = useState<{ before: AlertTarget | null | undefined } | null>(null);
  const found = start ?? (query.data && { before: props.find(query.data.items) });
  if (start === null && found) setStart(found);
  const title = t(found?.before ? "admin.targets.edit" : "admin.targets.add");
  return (
    <Page narrow title={title} lead={t("admin.targets.formLead")} above={<TextLink href={TARGETS}>{t("admin.targets.title")}</TextLink>}>
      <Loaded query={query}>
        {() => (
          <Sheet>
            {made !== null ? (
              <Made made={made} />
            ) : found?.before === undefined ? (
              <EmptyState title={t("admin.targets.gone")} action={<ButtonLink href={TARGETS}>{t("ui.back")}</ButtonLink>}>
                {t("admin.targets.goneText")}
              </EmptyState>
            ) : (
              <TargetForm title={title} before={found.before} onSecret={setMade} />
            )}
          </Sheet>
        )}
      </Loaded>
    </Page>
  );
}

/** Shown this once: whoever receives the webhook checks with it that it comes from this box. */
function Made({ made }: { made: { name: string; secret: string } }) {
  const { t } = useText();
  return (
    <div className="grid gap-4">
      <Note state="needs-you" role="status">
        {t("admin.targets.secretOnce", { name: made.name })}
      </Note>
      <Secret text={made.secret} />
      <Actions>
        <ButtonLink kind="primary" href={TARGETS}>
          {t("admin.targets.secretTaken")}
        </ButtonLink>
      </Actions>
    </div>
  );
}

function TargetForm(props: { title: string; before: AlertTarget | null; onSecret: (made: { name: string; secret: string }) => void }) {
  const { t } = useText();
  const { language } = useLanguage();
  const { before } = props;
  const [, go] = useLocation();
  const toast = useToast();
  const anew = useTargetsAnew();
  const form = useForm<Typed>({
    initial: typedOf(before, language),
    told: (problem) => told(problem, (line, text) => t("admin.targets.ofLine", { line, text })),
    submit: async (values) => {
      const path = before === null ? "/alerts/targets" : `/alerts/targets/${before.id}`;
      const send = before === null ? {} : { ifMatch: `"${before.version}"` };
      const { data } = await call<AlertTargetSaved>(before === null ? "POST" : "PUT", path, { ...send, body: bodyOf(values, before) });
      await anew();
      if (data.secret !== null) return props.onSecret({ name: data.target.name, secret: data.secret });
      toast(t("admin.targets.saved", { name: data.target.name }));
      go(TARGETS);
    },
  });
  const { values } = form;
  const way = values.way as AlertTarget["way"];
  const same = before?.way === way;
  const isRobot = ROBOTS.includes(way);
  const kept = same ? t("admin.targets.kept") : undefined;
  const setWay = (next: string) => {
    form.set("way", next);
    form.set("port", next === "mail" ? PORTS[values.security as keyof typeof PORTS] : "6514");
  };
  const setSecurity = (next: string) => {
    form.set("security", next);
    if (Object.values(PORTS).includes(values.port)) form.set("port", PORTS[next as keyof typeof PORTS]);
  };
  const code = { autoComplete: "off", autoCapitalize: "none", spellCheck: false } as const;
  return (
    <Form form={form} label={props.title}>
      <SelectField label={t("admin.targets.wayLabel")} field={{ ...form.field("way"), onValue: setWay }} hint={isRobot ? t("admin.targets.robotHint") : undefined} options={WAYS.map((one) => ({ value: one, label: t(`admin.targets.way.${one}`) }))} />
      <TextField label={t("admin.targets.name")} hint={t("admin.targets.nameHint")} field={form.field("name")} autoComplete="off" />
      {(way === "mail" || way === "syslog") && (
        <div className="grid gap-4 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
          <TextField label={t("admin.targets.host")} hint={t(way === "mail" ? "admin.targets.hostHint" : "admin.targets.serverHint")} field={form.field("host")} inputMode="url" {...code} />
          <TextField label={t("admin.egress.port")} field={form.field("port")} inputMode="numeric" autoComplete="off" />
        </div>
      )}
      {way === "mail" && (
        <>
          <SelectField label={t("admin.targets.security")} field={{ ...form.field("security"), onValue: setSecurity }} options={(["tls", "start-tls"] as const).map((one) => ({ value: one, label: t(`admin.targets.securityOf.${one}`) }))} />
          <div className="grid gap-4 sm:grid-cols-2">
            <TextField label={t("admin.targets.user")} hint={t("admin.targets.userHint")} field={form.field("user")} optional {...code} />
            <PasswordField label={t("admin.targets.password")} hint={kept ?? t("admin.targets.passwordHint")} field={form.field("password")} optional autoComplete="off" />
          </div>
          <TextField label={t("admin.targets.sender")} field={form.field("sender")} inputMode="email" {...code} />
          <AreaField label={t("admin.targets.recipients")} hint={t("admin.targets.recipientsHint")} field={form.field("recipients")} rows={3} {...code} />
        </>
      )}
      {(way === "webhook" || isRobot) && (
        <TextField label={t("admin.targets.address")} hint={isRobot ? (kept ?? t("admin.targets.robotAddressHint")) : t("admin.targets.addressHint")} field={form.field("address")} inputMode="url" {...code} />
      )}
      {isRobot && way !== "wecom" && <PasswordField label={t("admin.targets.secret")} hint={kept ?? t("admin.targets.secretHint")} field={form.field("secret")} optional autoComplete="off" />}
      {same && before.signed && isRobot && <Checkbox label={t("admin.targets.noSecret")} checked={values.noSecret} onChecked={(on) => form.set("noSecret", on)} />}
      {same && way === "webhook" && <Checkbox label={t("admin.targets.newSecret")} hint={t("admin.targets.newSecretHint")} checked={values.newSecret} onChecked={(on) => form.set("newSecret", on)} />}
      {!isRobot && <AreaField label={t("admin.targets.authority")} hint={t("admin.targets.authorityHint")} field={form.field("authority")} rows={3} optional {...code} />}
      <SelectField label={t("admin.targets.from")} field={form.field("from")} options={SEVERITIES.map((one) => ({ value: one, label: t(`admin.targets.gets.${one}`) }))} />
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField label={t("admin.targets.language")} field={form.field("language")} options={[{ value: "en", label: "English", lang: "en" }, { value: "zh-CN", label: "简体中文", lang: "zh-CN" }]} />
        <TextField label={t("admin.targets.perHour")} hint={t("admin.targets.perHourHint")} field={form.field("perHour")} inputMode="numeric" autoComplete="off" />
      </div>
      <div>
        <Checkbox label={t("admin.targets.quiet")} hint={t("admin.targets.quietHint")} checked={values.quiet} onChecked={(on) => form.set("quiet", on)} />
        {values.quiet && (
          <div className="mt-2 grid gap-4 pl-7 sm:grid-cols-2">
            <TextField label={t("admin.targets.quietFrom")} field={form.field("quietFrom")} type="time" />
            <TextField label={t("admin.targets.quietTo")} field={form.field("quietTo")} type="time" />
            <div className="sm:col-span-2">
              <Checkbox label={t("admin.targets.quietCritical")} checked={values.critical} onChecked={(on) => form.set("critical", on)} />
            </div>
          </div>
        )}
        <Checkbox label={t("admin.targets.heads")} hint={t("admin.targets.headsHint")} checked={values.heads} onChecked={(on) => form.set("heads", on)} />
      </div>
      <Actions>
        <Button kind="primary" type="submit" busy={form.busy}>
          {t("ui.save")}
        </Button>
        <ButtonLink href={TARGETS}>{t("ui.back")}</ButtonLink>
      </Actions>
    </Form>
  );
}

/** What is wrong within a field of several parts stands at it. */
function told(problem: Problem, ofLine: (line: string, text: string) => string): Partial<Record<keyof Typed & string, string>> {
  const at = (start: string) => problem.errors.find(({ field }) => field.startsWith(start))?.message;
  const recipient = problem.errors.find(({ field }) => field.startsWith("/recipients/"));
  const line = String(Number(recipient?.field.split("/")[2]) + 1);
  return { recipients: recipient && ofLine(line, recipient.message), quietFrom: at("/quiet/from"), quietTo: at("/quiet/to") };
}
