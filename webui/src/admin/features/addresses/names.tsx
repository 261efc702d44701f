// Who is asked for names, and whether answers are checked. The box judges what is typed; what it refuses is said at the
// field.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useLocation } from "wouter";
import { useLanguage, useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { Note } from "../../../ui/badge";
import { Button, ButtonLink } from "../../../ui/button";
import { Checkbox, SelectField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Actions, Sheet } from "../../../ui/page";
import { reviewOf } from "../../review/proposal";
import type { Known } from "../../trial/state";
import { useTrial } from "../../trial/provider";
import { useAskedDraft } from "./asked-draft";
import { type Asked, askedOf, filled, isSame, withAsked } from "./dns";
import { NAMES, NAMES_REVIEW, Views } from "./frame";
import { Servers } from "./servers";

export function NamesPage() {
  const { query } = useTrial();
  return (
    <Views at={NAMES} counts={{}}>
      <Loaded query={query}>{(settings) => <Names settings={settings} />}</Loaded>
    </Views>
  );
}

function Names({ settings }: { settings: Known }) {
  const { t } = useText();
  const { draft, keep } = useAskedDraft();
  const now = askedOf(settings.document);
  const pending = draft !== null && !isSame(draft, now);
  // It is in force for good: it must not come back when somebody changes it later.
  const isDone = draft !== null && !pending && settings.trial === null;
  useEffect(() => {
    if (isDone) keep(null);
  }, [isDone, keep]);
  return (
    <>
      {pending && (
        <Note state="needs-you" role="status">
          <p>{t("admin.dns.pending")}</p>
          <div className="mt-2 flex flex-wrap gap-2">
            <ButtonLink kind="primary" href={NAMES_REVIEW}>
              {t("admin.reviewChange")}
            </ButtonLink>
            <Button icon="undo" onClick={() => keep(null)}>
              {t("admin.dhcp.drop")}
            </Button>
          </div>
        </Note>
      )}
      <AskedForm key={JSON.stringify([now, draft])} settings={settings} start={draft ?? now} pending={pending} onKept={keep} />
    </>
  );
}

function AskedForm(props: { settings: Known; start: Asked; pending: boolean; onKept: (asked: Asked) => void }) {
  const { t } = useText();
  const { language } = useLanguage();
  const client = useQueryClient();
  const [, go] = useLocation();
  const { document, etag } = props.settings;
  const form = useForm({
    initial: props.start,
    check: ({ who, servers }) => ({ servers: who === "tls" && filled(servers).length === 0 ? t("admin.dns.nobody") : undefined }),
    submit: async (values) => {
      const body = { document: withAsked(document, values) };
      await client.fetchQuery({ ...reviewOf({ path: "/settings", body, etag }, language), staleTime: 0 });
      props.onKept(values);
      go(NAMES_REVIEW);
    },
  });
  const { values, set } = form;
  return (
    <Sheet title={t("admin.dns.title")}>
      <Form form={form} label={t("admin.dns.title")}>
        <div className="max-w-prose">
          <SelectField
            label={t("admin.dns.who")}
            hint={t(values.who === "tls" ? "admin.dns.tlsHint" : "admin.dns.providerHint")}
            field={{ name: "who", value: values.who, onValue: (who) => set("who", who === "tls" ? "tls" : "provider"), error: null }}
            options={[
              { value: "provider", label: t("admin.dns.provider") },
              { value: "tls", label: t("admin.dns.tls") },
            ]}
          />
        </div>
        {values.who === "tls" && (
          <Servers servers={values.servers} error={form.field("servers").error} problem={form.problem} known={form.known} onServers={(servers) => set("servers", servers)} />
        )}
        <div className="max-w-prose">
          <Checkbox label={t("admin.dns.dnssec")} hint={t("admin.dns.dnssecHint")} checked={values.dnssec} onChecked={(dnssec) => set("dnssec", dnssec)} />
        </div>
        <Note>{t("admin.dns.time")}</Note>
        <Actions>
          <Button kind={props.pending ? "plain" : "primary"} type="submit" busy={form.busy} disabled={isSame(values, props.start)}>
            {t(props.pending ? "admin.dns.prepareAgain" : "admin.reviewChange")}
          </Button>
        </Actions>
      </Form>
    </Sheet>
  );
}
