// One contact with its history. Deleting can be undone at once; what fails is said on the page.
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { call, read } from "../../../api/client";
import { isProblem, type Problem } from "../../../api/problem";
import { type Key, useText } from "../../../i18n";
import { shorten } from "../../../i18n/text";
import { Loaded, LoadFailed } from "../../../ui/async";
import { Button, ButtonLink, linkClass, TextLink } from "../../../ui/button";
import { ProblemNote } from "../../../ui/form";
import { Menu, useToast } from "../../../ui/overlay";
import { Actions, Facts, Page, Sheet } from "../../../ui/page";
import { useAccount } from "../../../ui/session";
import { useShortcut } from "../../../ui/shortcuts";
import { When } from "../../../ui/when";
import type { Contact, Deleted, History } from "../../api";
import { noteHappened, readContact } from "./deletions";
import { forgetDraft } from "./drafts";
import { GonePage } from "./gone";
import { CONTACTS, contactKey, historyKey } from "./keys";
import { useLive } from "./live";
import { written } from "./mail";
import { dialled } from "./phone";
import { forgetOpened, listAddress } from "./place";
import { isNotThere, useRestore } from "./restore";

export function RecordPage(props: { id: string }) {
  const { t } = useText();
  const [leaving, setLeaving] = useState(false);
  const queryFn = ({ signal }: { signal: AbortSignal }) => readContact(props.id, signal);
  const query = useQuery({ queryKey: contactKey(props.id), queryFn, enabled: !leaving });
  if (isNotThere(query.error)) return <GonePage id={props.id} error={query.error} />;
  if (query.data === undefined) {
    return (
      <Page title={t("crm.contact")} above={<TextLink href={listAddress()}>{t("crm.contacts")}</TextLink>}>
        <Loaded query={query}>{() => null}</Loaded>
      </Page>
    );
  }
  return <Loaded query={query}>{(contact) => <Record contact={contact} leaving={leaving} setLeaving={setLeaving} />}</Loaded>;
}

interface RecordProps {
  contact: Contact;
  /** It is being deleted from here: what others are told of that asks for it once more, and the log would tell of a failure. */
  leaving: boolean;
  setLeaving: (leaving: boolean) => void;
}

function Record({ contact, leaving, setLeaving }: RecordProps) {
  const { t } = useText();
  const [, go] = useLocation();
  const client = useQueryClient();
  const toast = useToast();
  const { id: account, role } = useAccount();
  const { setTrouble } = useLive();
  const [problem, setProblem] = useState<Problem | null>(null);
  useShortcut({ keys: ["Escape"], text: t("ui.keyBack"), act: () => go(listAddress()) });

  const restore = useRestore();
  const undo = async () => {
    setTrouble(null);
    try {
      await restore(contact.id);
      go(`/contacts/${contact.id}`);
    } catch (error) {
      if (!isProblem(error)) throw error;
      setTrouble(error);
    }
  };
  const remove = async () => {
    setProblem(null);
    setLeaving(true);
    try {
      await call<Deleted>("DELETE", `/contacts/${contact.id}`, { ifMatch: `"${contact.version}"` });
      noteHappened(contact.id, "deleted");
      forgetDraft(account, contact.id);
      forgetOpened();
      go(listAddress());
      client.removeQueries({ queryKey: contactKey(contact.id) });
      toast(t("crm.deletedNamed", { name: shorten(contact.name) }), () => void undo());
      await client.invalidateQueries({ queryKey: CONTACTS });
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
      setLeaving(false);
      await client.invalidateQueries({ queryKey: contactKey(contact.id) });
    }
  };
  const none = <span className="text-ink-3">{t("crm.blank")}</span>;
  const about = [contact.position, contact.company].filter(Boolean).join(" · ");
  return (
    <Page
      narrow
      title={contact.name}
      lead={about || undefined}
      above={<TextLink href={listAddress()}>{t("crm.contacts")}</TextLink>}
      actions={
        <>
          <Button kind="destructive" icon="trash" busy={leaving} onClick={() => void remove()}>
            {t("crm.delete")}
          </Button>
          <ButtonLink kind="primary" icon="edit" href={`/contacts/${contact.id}/edit`}>
            {t("crm.edit")}
          </ButtonLink>
          {role === "manager" && (
            <span className="relative inline-flex">
              <Menu
                trigger={<Button icon="dots" aria-label={t("crm.moreActions")} />}
                items={[{ label: t("crm.erase.ask"), icon: "trash", destructive: true, onSelect: () => go(`/contacts/${contact.id}/erase`) }]}
              />
            </span>
          )}
        </>
      }
    >
      {problem && <ProblemNote problem={problem} />}
      <Sheet title={t("crm.details")}>
        <Facts
          items={[
            {
              label: t("crm.field.phone"),
              value: dialled(contact.phone) ? (
                <a href={dialled(contact.phone) ?? undefined} className={linkClass}>
                  {contact.phone}
                </a>
              ) : (
                contact.phone || none
              ),
            },
            {
              label: t("crm.field.email"),
              value: written(contact.email) ? (
                <a href={written(contact.email) ?? undefined} className={linkClass}>
                  {contact.email}
                </a>
              ) : (
                contact.email || none
              ),
            },
            {
              label: t("crm.field.company"),
              value: contact.company ? <TextLink href={`/contacts?company=${encodeURIComponent(contact.company)}`}>{contact.company}</TextLink> : none,
            },
            { label: t("crm.field.position"), value: contact.position || none },
            { label: t("crm.field.note"), value: contact.note ? <span className="whitespace-pre-wrap">{contact.note}</span> : none },
            {
              label: t("crm.created"),
              value: (
                <>
                  <When at={contact.createdAt} />
                  {contact.createdBy && ` · ${contact.createdBy.name}`}
                </>
              ),
            },
          ]}
        />
      </Sheet>
      <Sheet title={t("crm.history")}>
        <Past id={contact.id} enabled={!leaving} />
      </Sheet>
    </Page>
  );
}

function Past(props: { id: string; enabled: boolean }) {
  const { t, find } = useText();
  const query = useInfiniteQuery({
    queryKey: historyKey(props.id),
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => read<History>(`/contacts/${props.id}/history${pageParam}`, signal),
    getNextPageParam: ({ next }) => (next ? `?cursor=${encodeURIComponent(next)}` : undefined),
    enabled: props.enabled,
  });
  const words = (names: string[]) => names.map((name) => find(`crm.field.${name}`) ?? name).join(t("ui.listGap"));
  return (
    <Loaded query={query}>
      {({ pages }) => (
        <div className="grid gap-4">
          <ol className="grid gap-3 border-l border-line-2 pl-4">
            {pages.flatMap((page) => page.items).map((one) => {
              const actor = one.actor?.name ?? t("crm.somebody");
              const said: Key = one.kind === "changed" && one.changed.length === 0 ? "crm.history.other" : `crm.history.${one.kind}`;
              return (
                <li key={one.version} className="relative min-w-0">
                  <span aria-hidden="true" className="absolute top-2 -left-5 size-2 rounded-full bg-ink-3" />
                  <p className="text-body break-words text-ink">{t(said, { actor, fields: words(one.changed) })}</p>
                  <p className="text-row text-ink-3">
                    <When at={one.at} />
                  </p>
                </li>
              );
            })}
          </ol>
          {query.isFetchNextPageError && <LoadFailed error={query.error} retry={() => void query.fetchNextPage()} />}
          {query.hasNextPage && !query.isFetchNextPageError && (
            <Actions>
              <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t("crm.history.earlier")}
              </Button>
            </Actions>
          )}
        </div>
      )}
    </Loaded>
  );
}
