// Erasing a contact for good, for managers: what is lost, what stays, who else names the person; then the reason and the
// typed name. Enter sends nothing: with an input method it only takes over what was chosen.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useLocation } from "wouter";
import { call } from "../../../api/client";
import { isProblem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { Note } from "../../../ui/badge";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { SelectField, TextField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Actions, Facts, Page, Sheet } from "../../../ui/page";
import { useShortcut } from "../../../ui/shortcuts";
import type { Erasure, ErasureAhead } from "../../api";
import { isSameName } from "./confirm";
import { noteErasure, noteHappened, readErasure } from "./deletions";
import { forgetErased } from "./erased";
import { DeletedBy, GonePage } from "./gone";
import { erasureKey } from "./keys";
import { forgetOpened, listAddress } from "./place";
import { isNotThere } from "./restore";

const REASONS = ["asked", "not-needed", "mistake", "other"] as const;
/** Characters of the note, as the server counts them. */
const NOTE_MOST = 200;

export function ErasePage(props: { id: string }) {
  const { t } = useText();
  const query = useQuery({ queryKey: erasureKey(props.id), queryFn: ({ signal }) => readErasure(props.id, signal) });
  if (isNotThere(query.error)) return <GonePage id={props.id} error={query.error} />;
  const ahead = query.data;
  const above =
    !ahead || ahead.deletion ? (
      <TextLink href={ahead?.deletion?.undoUntil ? "/contacts/deleted" : listAddress()}>{t(ahead?.deletion?.undoUntil ? "crm.deletedList" : "crm.contacts")}</TextLink>
    ) : (
      <TextLink href={`/contacts/${props.id}`}>{ahead.name}</TextLink>
    );
  return (
    <Page narrow title={ahead ? t("crm.erase.title", { name: ahead.name }) : t("crm.contact")} lead={ahead && t("crm.erase.lead")} above={above}>
      <Loaded query={query}>
        {(now) => (
          <>
            <What id={props.id} ahead={now} />
            <Mentions ahead={now} />
            <Confirm id={props.id} ahead={now} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function What({ id, ahead }: { id: string; ahead: ErasureAhead }) {
  const { t } = useText();
  return (
    <Sheet>
      {ahead.deletion && (
        <p className="mb-4 text-body text-ink-2">
          <DeletedBy deletion={ahead.deletion} />
        </p>
      )}
      <Facts
        items={[
          { label: t("crm.erase.goes"), value: t("crm.erase.goesText") },
          {
            label: t("crm.erase.stays"),
            value: (
              <>
                {t("crm.erase.staysText")} <span className="break-all">{id}</span>
              </>
            ),
          },
          { label: t("crm.erase.copies"), value: t("crm.erase.copiesText") },
        ]}
      />
    </Sheet>
  );
}

function Mentions({ ahead }: { ahead: ErasureAhead }) {
  const { t } = useText();
  const more = ahead.mentioned - ahead.mentions.length;
  return (
    <Sheet title={t("crm.erase.mentions")}>
      {ahead.mentions.length === 0 ? (
        <p className="text-body text-ink-2">{t("crm.erase.mentionsNone")}</p>
      ) : (
        <>
          <p className="text-body text-ink-2">{t("crm.erase.mentionsText", { count: ahead.mentioned })}</p>
          <ul aria-label={t("crm.erase.mentions")} className="mt-2 grid max-h-64 gap-1 overflow-y-auto">
            {ahead.mentions.map((one) => (
              <li key={one.id} className="min-w-0 py-1 text-body break-words">
                <TextLink href={`/contacts/${one.id}`}>{one.name}</TextLink>
              </li>
            ))}
          </ul>
          {more > 0 && <p className="mt-2 text-row text-ink-3">{t("crm.erase.mentionsMore", { count: more })}</p>}
        </>
      )}
    </Sheet>
  );
}

function Confirm({ id, ahead }: { id: string; ahead: ErasureAhead }) {
  const { t } = useText();
  const [, go] = useLocation();
  const client = useQueryClient();
  // What was shown when the page was opened is what is erased.
  const [version, setVersion] = useState(ahead.version);
  const back = ahead.deletion ? listAddress() : `/contacts/${id}`;
  useShortcut({ keys: ["Escape"], text: t("ui.keyBack"), act: () => go(back) });
  const form = useForm({
    initial: { reason: "", note: "", name: "" },
    check: (values) => ({
      reason: values.reason === "" ? t("crm.erase.reasonEmpty") : undefined,
      note: values.reason === "other" && values.note.trim() === "" ? t("crm.erase.noteEmpty") : undefined,
      name: isSameName(values.name, ahead.name) ? undefined : t("crm.erase.notSame", { name: ahead.name }),
    }),
    submit: async ({ reason, note }, { idempotencyKey }) => {
      try {
        const { data } = await call<Erasure>("POST", `/contacts/${id}/erasure`, { body: { reason, note }, ifMatch: `"${version}"`, idempotencyKey });
        noteErasure(id, data);
      } catch (error) {
        if (!isProblem(error, "erased")) {
          // Changed or deleted meanwhile: the page shows how it is now.
          if (isProblem(error) && error.status !== 0) void client.invalidateQueries({ queryKey: erasureKey(id) });
          throw error;
        }
        noteHappened(id, "erased");
      }
      forgetErased(client, id);
      forgetOpened();
      go(`/contacts/${id}`, { replace: true });
    },
  });
  const changed = ahead.version !== version && !form.busy;
  return (
    <Sheet title={t("crm.erase.confirm")}>
      <Form form={{ ...form, onSubmit: (event: FormEvent) => event.preventDefault() }} label={t("crm.erase.confirm")}>
        {changed && (
          <Note state="needs-you" role="alert">
            <p>{t(ahead.deletion ? "crm.erase.changedDeleted" : "crm.erase.changed")}</p>
            <div className="mt-2">
              <Button size="row" onClick={() => setVersion(ahead.version)}>
                {t("crm.erase.goOn")}
              </Button>
            </div>
          </Note>
        )}
        <SelectField
          label={t("crm.erase.reason")}
          hint={t("crm.erase.reasonHint")}
          field={form.field("reason")}
          options={[{ value: "", label: t("crm.erase.choose") }, ...REASONS.map((one) => ({ value: one, label: t(`crm.erase.reason.${one}`) }))]}
        />
        <TextField optional={form.values.reason !== "other"} label={t("crm.erase.note")} hint={t("crm.erase.noteHint")} field={form.field("note")} maxLength={NOTE_MOST} autoComplete="off" />
        {ahead.name !== "" && (
          <TextField
            label={t("crm.erase.name")}
            hint={ahead.name}
            field={form.field("name")}
            autoComplete="off"
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            required
          />
        )}
        <Actions>
          <ButtonLink href={back}>{t("crm.erase.keep")}</ButtonLink>
          <Button kind="destructive-outline" icon="trash" busy={form.busy} waits={changed} onClick={() => form.send("erase")}>
            {t("crm.erase.now")}
          </Button>
        </Actions>
      </Form>
    </Sheet>
  );
}
