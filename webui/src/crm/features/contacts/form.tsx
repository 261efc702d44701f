// Making and changing a contact. Another's change meanwhile is shown and taken over where nothing
// was typed; where both wrote, the typed text stays until the other is picked. Of one that was deleted meanwhile the
// typed text stays as well, to be saved to the restored one or as a new one.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { call, read } from "../../../api/client";
import { isProblem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { shorten } from "../../../i18n/text";
import { Loaded } from "../../../ui/async";
import { Note } from "../../../ui/badge";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { AreaField, TextField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { useToast } from "../../../ui/overlay";
import { Actions, Page, Sheet } from "../../../ui/page";
import { useAccount } from "../../../ui/session";
import { useShortcut } from "../../../ui/shortcuts";
import type { Contact, Deletion } from "../../api";
import { noteHappened, readContact } from "./deletions";
import { draftOf, EMPTY, FIELDS, forgetDraft, keepDraft, typedOf } from "./drafts";
import { forgetErased } from "./erased";
import { DeletedBy, GonePage } from "./gone";
import { CONTACTS, contactKey } from "./keys";
import { listAddress } from "./place";
import { deletionOf, erasureOf, isNotThere, useRestore } from "./restore";

export function NewContactPage() {
  const { t } = useText();
  return (
    <Page narrow title={t("crm.newContact")} above={<TextLink href={listAddress()}>{t("crm.contacts")}</TextLink>}>
      <ContactForm contact={null} deletion={null} />
    </Page>
  );
}

export function EditContactPage(props: { id: string }) {
  const { t } = useText();
  const query = useQuery({ queryKey: contactKey(props.id), queryFn: ({ signal }) => readContact(props.id, signal) });
  const account = useAccount().id;
  const deletion = deletionOf(query.error);
  // What was typed before it was deleted is still to be saved somewhere.
  const typedInto = draftOf(account, props.id)?.base ?? undefined;
  const shown = query.data ?? (deletion === null ? undefined : typedInto);
  if (isNotThere(query.error) && (shown === undefined || erasureOf(query.error) !== null)) return <GonePage id={props.id} error={query.error} />;
  return (
    <Page narrow title={t("crm.editContact")} above={shown && <TextLink href={`/contacts/${props.id}`}>{shown.name}</TextLink>}>
      <Loaded query={query} instead={shown}>
        {(contact) => <ContactForm contact={contact} deletion={deletion} />}
      </Loaded>
    </Page>
  );
}

/** Both ends of a change made by somebody else while this form was open. */
interface Meanwhile {
  before: Contact;
  after: Contact;
}

/** Instead of a change: what was typed becomes a contact of its own. */
const AS_NEW = "as-new";

function ContactForm({ contact, deletion }: { contact: Contact | null; deletion: Deletion | null }) {
  const { t } = useText();
  const [, go] = useLocation();
  const client = useQueryClient();
  const toast = useToast();
  const account = useAccount().id;
  const restore = useRestore();
  const id = contact?.id ?? null;
  const [found] = useState(() => draftOf(account, id));
  const [restored, setRestored] = useState(found !== null);
  const [base, setBase] = useState(found?.base ?? contact);
  const [meanwhile, setMeanwhile] = useState<Meanwhile | null>(null);

  const form = useForm({
    initial: found?.typed ?? (contact === null ? EMPTY : typedOf(contact)),
    check: (values) => ({ name: values.name.trim() === "" ? t("crm.nameEmpty") : undefined }),
    submit: async (values, sender) => {
      if (base === null || sender.way === AS_NEW) {
        const { data } = await call<Contact>("POST", "/contacts", { body: values, idempotencyKey: sender.idempotencyKey });
        saved(data, t("crm.createdNamed", { name: shorten(data.name) }));
        return;
      }
      const now = deletion === null ? base : await backFrom(base);
      if (FIELDS.some((name) => now[name] !== base[name])) {
        // It was changed before it was deleted: that is shown before anything is saved over it.
        meet(now);
        return;
      }
      const changed = FIELDS.filter((name) => values[name] !== base[name]);
      if (changed.length === 0) {
        go(`/contacts/${base.id}`);
        return;
      }
      try {
        const body = Object.fromEntries(changed.map((name) => [name, values[name]]));
        const { data } = await call<Contact>("PATCH", `/contacts/${base.id}`, { body, ifMatch: `"${now.version}"` });
        saved(data, t("ui.saved"));
      } catch (error) {
        if (isProblem(error, "changed-meanwhile")) meet(error.extras.current as Contact);
        if (isProblem(error, "erased")) {
          noteHappened(base.id, "erased");
          forgetErased(client, base.id);
          return;
        }
        if (!isProblem(error, "deleted")) throw error;
        // Asked for anew, it says by whom; the form shows that with the ways out.
        noteHappened(base.id, "deleted");
        await client.invalidateQueries({ queryKey: contactKey(base.id) });
      }
    },
  });
  const { values } = form;

  const back = contact === null ? listAddress() : `/contacts/${contact.id}`;
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

  /** The deleted contact, restored now or by somebody meanwhile. */
  const backFrom = async (before: Contact): Promise<Contact> => {
    try {
      return await restore(before.id);
    } catch (error) {
      if (!isProblem(error, "not-found")) throw error;
      return await read<Contact>(`/contacts/${before.id}`);
    }
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

  const newer = contact !== null && base !== null && !form.busy && contact.version > base.version ? contact : null;
  const canRestore = Boolean(deletion?.undoUntil);
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
        {deletion && <DeletedNote deletion={deletion} />}
        <TextField label={t("crm.field.name")} field={form.field("name")} autoFocus autoComplete="off" maxLength={200} required />
        <div className="grid gap-5 sm:grid-cols-2">
          <TextField optional label={t("crm.field.company")} field={form.field("company")} autoComplete="off" />
          <TextField optional label={t("crm.field.position")} field={form.field("position")} autoComplete="off" />
          <TextField optional label={t("crm.field.phone")} field={form.field("phone")} type="tel" autoComplete="off" />
          <TextField optional label={t("crm.field.email")} field={form.field("email")} inputMode="email" autoCapitalize="none" autoComplete="off" />
        </div>
        <AreaField optional label={t("crm.field.note")} field={form.field("note")} rows={6} />
        {newer && !deletion && (
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
          {deletion && (
            <Button kind={canRestore ? "plain" : "primary"} busy={form.busy} onClick={() => form.send(AS_NEW)}>
              {t("crm.saveAsNew")}
            </Button>
          )}
          {(canRestore || !deletion) && (
            <Button kind="primary" type="submit" busy={form.busy}>
              {t(canRestore ? "crm.restoreAndSave" : "ui.save")}
            </Button>
          )}
        </Actions>
      </Form>
    </Sheet>
  );
}

/** Above the fields, and brought into sight: whoever types further down has to learn it. The focus stays with them. */
function DeletedNote({ deletion }: { deletion: Deletion }) {
  const { t } = useText();
  const note = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // It gives a promise in newer browsers, which is no clean-up.
    void note.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <div ref={note} className="scroll-my-20">
      <Note state="needs-you" role="alert">
        <p className="font-medium">
          <DeletedBy deletion={deletion} />
        </p>
        <p>{t(deletion.undoUntil ? "crm.deletedWhileTyping" : "crm.deletedForGood")}</p>
      </Note>
    </div>
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
