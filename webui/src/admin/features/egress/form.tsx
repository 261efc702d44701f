// One destination: a new one, one that was asked for, or one that is changed. The box judges it; what it refuses is said
// at the field. What is typed is reviewed with whatever else is staged.
import { useSearchParams } from "wouter";
import { useText } from "../../../i18n";
import { scriptOf } from "../../../i18n/script";
import { useAddressPart } from "../../../ui/address-part";
import { EmptyState, Loaded } from "../../../ui/async";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { SelectField, TextField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Actions, Page, Sheet } from "../../../ui/page";
import type { SettingsDocument } from "../../api";
import { useHostNames } from "../../host-name";
import { membersOf, refusal, useJudged } from "../../review/judged";
import { useLeave } from "../../review/leave";
import { useTrial } from "../../trial/provider";
import { type Destination, edited, keyOf, pointerTo, PROTOCOLS, type Protocol, rowsOf, targetOf, type User, USERS, withEdits } from "./destinations";
import { editAddress, HOME, REVIEW, useEdits } from "./edits";
import { useTold } from "./told";

const EMPTY: Destination = { for: "admin", to: "", protocol: "tcp", port: 443, note: "", reason: "" };
const PORT_MOST = 65535;

export function EgressNewPage() {
  const { t } = useText();
  const [search] = useSearchParams();
  const id = search.get("wanted");
  const told = useTold();
  if (id === null) return <FormPage title={t("admin.egress.add")} find={() => ({ before: null, start: EMPTY })} />;
  return (
    <Loaded query={told}>
      {({ wanted }) => {
        const one = wanted.find((other) => other.id === id);
        const { for: user, to, protocol, port, reason } = one ?? EMPTY;
        const start = { for: user, to, protocol, port, note: "", reason: reason ?? "" };
        return <FormPage title={t("admin.egress.allowTitle")} find={() => (one === undefined ? undefined : { before: null, start })} />;
      }}
    </Loaded>
  );
}

export function EgressEditPage() {
  const { t } = useText();
  const key = useAddressPart("key");
  return (
    <FormPage
      title={t("admin.egress.edit")}
      find={(all) => {
        const start = all.find((one) => keyOf(one) === key);
        return start && { before: key, start };
      }}
    />
  );
}

interface Found {
  /** The key of the one that is changed; null for a new one. */
  before: string | null;
  start: Destination;
}

function FormPage(props: { title: string; find: (all: Destination[]) => Found | undefined }) {
  const { t } = useText();
  const { query } = useTrial();
  const { edits } = useEdits();
  return (
    <Page narrow title={props.title} lead={t("admin.egress.formLead")} above={<TextLink href={HOME}>{t("admin.egress.title")}</TextLink>}>
      <Loaded query={query}>
        {(settings) => {
          const found = props.find(rowsOf(settings.document, edits).filter((row) => row.state !== "gone"));
          return (
            <Sheet>
              {found === undefined ? (
                <EmptyState title={t("admin.egress.gone")} action={<ButtonLink href={HOME}>{t("ui.back")}</ButtonLink>}>
                  {t("admin.egress.goneText")}
                </EmptyState>
              ) : (
                <DestinationForm title={props.title} document={settings.document} etag={settings.etag} found={found} />
              )}
            </Sheet>
          );
        }}
      </Loaded>
    </Page>
  );
}

function DestinationForm(props: { title: string; document: SettingsDocument; etag: string | null; found: Found }) {
  const { t } = useText();
  const judge = useJudged(props.etag);
  const leave = useLeave();
  const { spelled } = useHostNames();
  const { edits, keep } = useEdits();
  const { before, start } = props.found;
  const form = useForm({
    initial: { for: start.for as string, to: scriptOf(start.to) ?? start.to, protocol: start.protocol as string, port: String(start.port), note: start.note },
    early: (values) => ({ port: values.port.trim() !== "" && portOf(values.port) === null ? t("admin.egress.portWrong") : undefined }),
    check: (values) => ({
      to: values.to.trim() === "" ? t("admin.egress.toEmpty") : undefined,
      port: portOf(values.port) === null ? t("admin.egress.portWrong") : undefined,
    }),
    submit: async (values) => {
      const to: Destination = {
        for: values.for as User,
        to: targetOf(values.to),
        protocol: values.protocol as Protocol,
        port: portOf(values.port) ?? 0,
        note: values.note.trim(),
        reason: start.reason,
      };
      const key = keyOf(to);
      let next = edits;
      // It would silently replace what is said of the other one.
      const taken = key !== before && rowsOf(props.document, edits).some((one) => one.key === key && one.state !== "gone");
      if (taken) throw refusal("/to", t("admin.egress.taken"));
      if (before !== null && before !== key) next = edited(next, { key: before, to: null });
      next = edited(next, { key, to });
      const document = withEdits(props.document, next);
      await judge(document, membersOf(pointerTo(document, key)));
      keep(next);
      leave(editAddress(key), REVIEW);
    },
  });
  return (
    <Form form={form} label={props.title}>
      <SelectField label={t("admin.egress.who")} field={form.field("for")} options={USERS.map((one) => ({ value: one, label: t(`admin.egress.for.${one}`) }))} />
      <TextField label={t("admin.egress.to")} hint={spelled(form.values.to) ?? t("admin.egress.toHint")} field={form.field("to")} autoComplete="off" autoCapitalize="none" spellCheck={false} inputMode="url" />
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField label={t("admin.egress.protocol")} field={form.field("protocol")} options={PROTOCOLS.map((one) => ({ value: one, label: one.toUpperCase() }))} />
        <TextField label={t("admin.egress.port")} hint={t("admin.egress.portHint")} field={form.field("port")} autoComplete="off" inputMode="numeric" />
      </div>
      {start.reason !== "" && <p className="text-row break-words text-ink-2">{t("admin.egress.reason", { reason: start.reason })}</p>}
      <TextField label={t("admin.egress.note")} hint={t("admin.egress.noteHint")} field={form.field("note")} optional autoComplete="off" />
      <Actions>
        <Button kind="primary" type="submit" busy={form.busy}>
          {t("admin.reviewChange")}
        </Button>
        <ButtonLink href={HOME}>{t("ui.back")}</ButtonLink>
      </Actions>
    </Form>
  );
}

function portOf(text: string): number | null {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text.trim()) : 0;
  return port >= 1 && port <= PORT_MOST ? port : null;
}
