// Who is asked for names, and whether answers are checked. The box judges what is typed; what it refuses is said at the
// field.
import { useLocation } from "wouter";
import { useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { Note } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { Checkbox, SelectField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Actions, Sheet } from "../../../ui/page";
import { useJudged } from "../../review/judged";
import { useDropped } from "../../review/kept";
import { Waiting } from "../../review/prepared";
import type { Known } from "../../trial/state";
import { useTrial } from "../../trial/provider";
import { useZones } from "../zones/page";
import { type Asked, askedOf, filled, isSame, withAsked } from "./dns";
import { AddressesPage, NAMES, NAMES_REVIEW, useAsked } from "./frame";
import { Servers } from "./servers";

export function NamesPage() {
  const { query } = useTrial();
  return (
    <AddressesPage at={NAMES} counts={{}}>
      <Loaded query={query}>{(settings) => <Names settings={settings} />}</Loaded>
    </AddressesPage>
  );
}

function Names({ settings }: { settings: Known }) {
  const { t } = useText();
  const { edits: draft, keep } = useAsked();
  const now = askedOf(settings.document);
  const pending = draft !== null && !isSame(draft, now);
  useDropped(draft !== null && !pending && settings.trial === null, () => keep(null));
  return (
    <>
      <Unanswered />
      {pending && (
        <Waiting review={NAMES_REVIEW} onDrop={() => keep(null)}>
          {t("admin.dns.pending")}
        </Waiting>
      )}
      <AskedForm key={JSON.stringify([now, draft])} settings={settings} start={draft ?? now} pending={pending} onKept={keep} />
    </>
  );
}

/** What the box says of servers that do not answer. */
function Unanswered() {
  const query = useZones();
  const notice = query.data?.notices.find((one) => one.code === "names_unanswered");
  return notice === undefined ? null : (
    <Note state="needs-you" role="status">
      {notice.text}
    </Note>
  );
}

function AskedForm(props: { settings: Known; start: Asked; pending: boolean; onKept: (asked: Asked) => void }) {
  const { t } = useText();
  const [, go] = useLocation();
  const { document, etag } = props.settings;
  const judge = useJudged(etag);
  const form = useForm({
    initial: props.start,
    check: ({ who, servers }) => ({ servers: who === "tls" && filled(servers).length === 0 ? t("admin.dns.nobody") : undefined }),
    submit: async (values) => {
      await judge(withAsked(document, values), () => null);
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
