// Making and changing a contact. Another's change meanwhile is shown and taken over where nothing
// was typed; where both wrote, the typed text stays until the other is picked.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { call, read } from "../../../api/client";
import { isProblem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { Note } from "../../../ui/badge";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { AreaField, TextField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { useToast } from "../../../ui/overlay";
import { Actions, Page, Sheet } from "../../../ui/page";
import { useAccount } from "../../../ui/session";
import { useShortcut } from "../../../ui/shortcuts";
import type { Contact } from "../../api";
import { draftOf, EMPTY, FIELDS, forgetDraft, keepDraft, typedOf } from "./drafts";
import { CONTACTS, contactKey } from "./live";

export function NewContactPage() {
  const { t } = useText();
  return (
    <Page narrow title={t("crm.newContact")} above={<TextLink href="/contacts">{t("crm.contacts")}</TextLink>}>
      <ContactForm contact={null} />
    </Page>
  );
}

export function EditContactPage(props: { id: string }) {
  const { t } = useText();
  const query = useQuery({ queryKey: contactKey(props.id), queryFn: ({ signal }) => read<Contact>(`/contacts/${props.id}`, signal) });
  return (
    <Page narrow title={t("crm.editContact")} above={query.data && <TextLink href={`/contacts/${props.id}`}>{query.data.name}</TextLink>}>
      <Loaded query={query}>{(contact) => <ContactForm contact={contact} />}</Loaded>
    </Page>
  );
}

/** Both ends of a change made by somebody else while this form was open. */
interface Meanwhile {
  before: Contact;
  after: Contact;
}

function ContactForm({ contact }: { contact: Contact | null }) {
  const { t } = useText();
  const [, go] = useLocation();
  const client = useQueryClient();
  const toast = useToast();
  const account = useAccount().id;
  const id = contact?.id ?? null;
  const [found] = useState(() => draftOf(account, id));
  const [restored, setRestored] = useState(found !== null);
  const [base, setBase] = useState(found?.base ?? contact);
  const [meanwhile, setMeanwhile] = useState<Meanwhile | null>(null);

  const form = useForm({
    initial: found?.typed ?? (contact === null ? EMPTY : typedOf(contact)),
    check: (values) => ({ name: values.name.trim() === "" ? t("crm.nameEmpty") : undefined }),
    submit: async (values, sender) => {
      if (base === null) {
        const { data } = await call<Contact>("POST", "/contacts", { body: values, idempotencyKey: sender.idempotencyKey });
        saved(data, t("crm.createdNamed", { name: data.name }));
        return;
      }
      const changed = FIELDS.filter((name) => values[name] !== base[name]);
      if (changed.length === 0) {
        go(`/contacts/${base.id}`);
        return;
      }
      try {
        const body = Object.fromEntries(changed.map((name) => [name, values[name]]));
        const { data } = await call<Contact>("PATCH", `/contacts/${base.id}`, { body, ifMatch: `"${base.version}"` });
        saved(data, t("ui.saved"));
      } catch (error) {
        if (isProblem(error, "changed-meanwhile")) meet(error.extras.current as Contact);
        throw error;
      }
    },
  });
  const { values } = form;

  const back = contact === null ? "/contacts" : `/contacts/${contact.id}`;
  useShortcut({ keys: ["Escape"], text: t("ui.keyBack"), act: () => go(back) });
  useEffect(() => keepDraft(account, id, { typed: values, base }), [account, id, values, base]);

  const saved = (data: Contact, said: string) => {
    forgetDraft(account, id);
    client.setQueryData(contactKey(data.id), data);
    void client.invalidateQueries({ queryKey: CONTACTS });
    void client.invalidateQueries({ queryKey: contactKey(data.id) });
    toast(said);
    go(`/contacts/${data.id}`, { replace: true });
  };

  /** Goes on from what is in force now. */
  const meet = (current: Contact) => {
    if (base === null) return;
    for (const name of FIELDS) if (values[name] === base[name]) form.set(name, current[name]);
    // What was shown before and not saved is still part of the difference.
    setMeanwhile({ before: meanwhile?.before ?? base, after: current });
    setBase(current);
  };

  const startOver = () => {
    forgetDraft(account, id);
    form.reset(contact === null ? EMPTY : typedOf(contact));
    setBase(contact);
    setMeanwhile(null);
    setRestored(false);
  };

  const newer = contact !== null && base !== null && contact.version > base.version ? contact : null;
  return (
    <Sheet>
      <Form form={form} label={t(contact === null ? "crm.newContact" : "crm.editContact")}>
        {restored && (
          <Note role="status">
            <p>{t("crm.draftBack")}</p>
            <div className="mt-2">
              <Button size="row" icon="undo" onClick={startOver}>
                {t("crm.startOver")}
              </Button>
            </div>
          </Note>
        )}
        <TextField label={t("crm.field.name")} field={form.field("name")} autoFocus autoComplete="off" maxLength={200} required />
        <div className="grid gap-5 sm:grid-cols-2">
          <TextField optional label={t("crm.field.company")} field={form.field("company")} autoComplete="off" />
          <TextField optional label={t("crm.field.position")} field={form.field("position")} autoComplete="off" />
          <TextField optional label={t("crm.field.phone")} field={form.field("phone")} type="tel" autoComplete="off" />
          <TextField optional label={t("crm.field.email")} field={form.field("email")} inputMode="email" autoCapitalize="none" autoComplete="off" />
        </div>
        <AreaField optional label={t("crm.field.note")} field={form.field("note")} rows={6} />
        {newer && (
          <Note state="needs-you" role="status">
            <p>{t("crm.newer")}</p>
            <div className="mt-2">
              <Button size="row" onClick={() => meet(newer)}>
                {t("crm.showChange")}
              </Button>
            </div>
          </Note>
        )}
        {meanwhile && <Difference meanwhile={meanwhile} typed={values} onTake={(name) => form.set(name, meanwhile.after[name])} />}
        <Actions>
          <ButtonLink href={back}>{t("ui.back")}</ButtonLink>
          <Button kind="primary" type="submit" busy={form.busy}>
            {t("ui.save")}
          </Button>
        </Actions>
      </Form>
    </Sheet>
  );
}

function Difference(props: { meanwhile: Meanwhile; typed: Record<string, string>; onTake: (name: (typeof FIELDS)[number]) => void }) {
  const { t } = useText();
  const { before, after } = props.meanwhile;
  const changed = FIELDS.filter((name) => before[name] !== after[name]);
  return (
    <Note state="needs-you">
      <p className="font-medium">{t("crm.meanwhile")}</p>
      <ul className="mt-2 grid gap-3">
        {changed.map((name) => (
          <li key={name} className="min-w-0">
            <p className="text-row text-ink-2">{t(`crm.field.${name}`)}</p>
            <p className="break-words whitespace-pre-wrap">
              <del className="text-ink-2">{before[name] || t("crm.blank")}</del> <span aria-hidden="true">→</span> <ins className="no-underline">{after[name] || t("crm.blank")}</ins>
            </p>
            {props.typed[name] === after[name] ? (
              <p className="text-row text-ink-2">{t("crm.taken")}</p>
            ) : (
              <div className="mt-1 flex flex-wrap items-center gap-2">
                <span className="text-row text-ink-2">{t("crm.yoursStays")}</span>
                <Button size="row" onClick={() => props.onTake(name)}>
                  {t("crm.takeTheirs")}
                </Button>
              </div>
            )}
          </li>
        ))}
      </ul>
      <p className="mt-2 text-row text-ink-2">{t("crm.saveAgain")}</p>
    </Note>
  );
}
