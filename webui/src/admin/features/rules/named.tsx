// What services, groups and hours have in common: a table of lists by name, and the page that edits one of them.
import { type ReactNode, useState } from "react";
import { useText } from "../../../i18n";
import { EmptyState } from "../../../ui/async";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { TextField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Dialog, useToast } from "../../../ui/overlay";
import { Actions, Page, Sheet } from "../../../ui/page";
import { Table } from "../../../ui/table";
import { useLeave } from "../../review/leave";
import type { Named } from "./document";
import { useStaging } from "./draft";
import { isUsed, type Kind, type Uses, usesOf, withNamed, withoutNamed } from "./edit";
import { useWords } from "./words";

/** As the server takes it. */
const NAME = 32;
/** Rules that are named where something is used; the others are counted. */
const TOLD = 8;

/** `admin.<texts>.…` */
const TEXTS = { services: "services", groups: "groups", schedules: "hours" } as const;

function hrefOf(kind: Kind, what: "new" | "edit", name = ""): string {
  const page = `/rules/${TEXTS[kind]}/${what}`;
  return what === "new" ? page : `${page}?name=${encodeURIComponent(name)}`;
}

function useSaidUses(): (uses: Uses) => string {
  const { t } = useText();
  const words = useWords();
  return ({ rules, groups, crm, published }) => {
    const told = rules.slice(0, TOLD).map(String).join(t("ui.listGap"));
    return [
      ...(rules.length > 0 ? [t("admin.named.byRules", { numbers: rules.length > TOLD ? t("admin.rules.more", { list: told, count: rules.length - TOLD }) : told })] : []),
      ...(groups.length > 0 ? [t("admin.named.byGroups", { names: groups.join(t("ui.listGap")) })] : []),
      ...(crm.length > 0 ? [t("admin.named.byCrm", { names: crm.map(words.zone).join(t("ui.listGap")) })] : []),
      ...(published.length > 0 ? [t("admin.named.byPublished", { names: published.join(t("ui.listGap")) })] : []),
    ].join(t("admin.named.gap"));
  };
}

export function NamedTable<T>(props: { kind: Kind; lists: Named<T>[]; said: (list: T[]) => string; contents: string; above?: ReactNode }) {
  const { t } = useText();
  const toast = useToast();
  const { parts, update, troubles } = useStaging();
  const saidUses = useSaidUses();
  const [kept, setKept] = useState<string | null>(null);
  const { kind, lists, said } = props;
  const texts = TEXTS[kind];
  const remove = (name: string) => {
    if (isUsed(usesOf(parts, kind, name))) {
      setKept(name);
      return;
    }
    const was = parts[kind];
    const one = was.find((list) => list.name === name);
    update((before) => withoutNamed(before, kind, name));
    toast(t("admin.named.deleted", { name }), () => update((before) => (one === undefined || before[kind].some((list) => list.name === name) ? before : withNamed(before, kind, null, one as Named<never>))));
  };
  const wrong = (name: string) => troubles.find(({ at }) => "kind" in at && at.kind === kind && at.name === name);
  const contents = (one: Named<T>) => {
    const trouble = wrong(one.name);
    return (
      <>
        <span className="block">{said(one.list)}</span>
        {trouble && <span className="block text-bad">{trouble.entry === null ? trouble.message : t("admin.rules.wrongEntry", { entry: trouble.entry, message: trouble.message })}</span>}
      </>
    );
  };
  const link = (one: Named<T>) => <TextLink href={hrefOf(kind, "edit", one.name)}>{one.name}</TextLink>;
  const uses = (one: Named<T>) => saidUses(usesOf(parts, kind, one.name)) || t("admin.named.unused");
  const trash = (one: Named<T>) => (
    <Button kind="quiet" size="row" icon="trash" aria-label={t("admin.named.delete", { name: one.name })} onClick={() => remove(one.name)}>
      {t("admin.rules.delete")}
    </Button>
  );
  const add = (
    <ButtonLink href={hrefOf(kind, "new")} icon="plus">
      {t(`admin.${texts}.new`)}
    </ButtonLink>
  );
  return (
    <Sheet title={t(`admin.${texts}.title`)} aside={lists.length > 0 ? add : undefined} bare>
      {lists.length === 0 ? (
        <EmptyState title={t(`admin.${texts}.empty`)} action={add}>
          {t(`admin.${texts}.emptyWhy`)}
        </EmptyState>
      ) : (
        <Table
          label={t(`admin.${texts}.title`)}
          rows={lists}
          rowKey={(one) => one.name}
          columns={[
            { key: "name", head: t("admin.named.name"), cell: link, width: "min-w-32" },
            { key: "list", head: props.contents, cell: contents, width: "min-w-48" },
            { key: "uses", head: t("admin.named.uses"), cell: uses, width: "min-w-32" },
            { key: "acts", head: t("admin.named.acts"), cell: trash },
          ]}
          phone={(one) => ({ title: link(one), line: <>{contents(one)}<span className="block text-ink-3">{uses(one)}</span></>, aside: trash(one) })}
        />
      )}
      <Dialog open={kept !== null} onClose={() => setKept(null)} title={t("admin.named.inUse", { name: kept ?? "" })} buttons={<Button onClick={() => setKept(null)}>{t("ui.close")}</Button>}>
        <p>{kept !== null && t("admin.named.inUseText", { uses: saidUses(usesOf(parts, kind, kept)) })}</p>
      </Dialog>
    </Sheet>
  );
}

export function NamedPage<T>(props: {
  kind: Kind;
  what: "new" | "edit";
  /** What is wrong with the list, in words; null when nothing is known to be. */
  check: (list: T[]) => string | null;
  /** What is wrong with the name, besides. */
  checkName?: (name: string) => string | null;
  /** Before it is looked at and taken. */
  tidy?: (list: T[]) => T[];
  empty: T[];
  fields: (list: T[], onList: (list: T[]) => void, error: string | null, name: string | undefined) => ReactNode;
}) {
  const { t } = useText();
  const texts = TEXTS[props.kind];
  const { parts } = useStaging();
  const back = `/rules/${texts}`;
  const [former] = useState(() => (props.what === "edit" ? (new URLSearchParams(location.search).get("name") ?? "") : null));
  const found = (parts[props.kind] as Named<T>[]).find((one) => one.name === former);
  const [initial] = useState(found);
  return (
    <Page narrow title={former ?? t(`admin.${texts}.new`)} above={<TextLink href={back}>{t(`admin.rules.tab.${texts}`)}</TextLink>}>
      {former !== null && initial === undefined ? (
        <Sheet>
          <EmptyState title={t("admin.named.gone")} action={<ButtonLink href={back}>{t("ui.back")}</ButtonLink>}>
            {t("admin.named.goneText")}
          </EmptyState>
        </Sheet>
      ) : (
        <NamedForm {...props} initial={initial ?? null} back={back} />
      )}
    </Page>
  );
}

function NamedForm<T>(props: Parameters<typeof NamedPage<T>>[0] & { initial: Named<T> | null; back: string }) {
  const { t } = useText();
  const { parts, update } = useStaging();
  const leave = useLeave();
  const { kind, initial, back } = props;
  const former = initial?.name ?? null;
  const tidy = (list: T[]) => props.tidy?.(list) ?? list;
  const form = useForm<{ name: string; list: T[] }>({
    initial: { name: former ?? "", list: initial?.list ?? props.empty },
    check: (values) => {
      const name = values.name.trim();
      return {
        name: nameFault(name) ?? props.checkName?.(name) ?? undefined,
        list: props.check(tidy(values.list)) ?? undefined,
      };
    },
    submit: async (values) => {
      const name = values.name.trim();
      update((before) => withNamed(before, kind, former, { name, list: tidy(values.list) } as Named<unknown> as Named<never>));
      leave(hrefOf(kind, "edit", name), back);
    },
  });
  const nameFault = (name: string) => {
    if (name === "") return t("admin.named.nameMissing");
    if ([...name].length > NAME) return t("admin.named.nameLong", { count: NAME });
    return name !== former && parts[kind].some((one) => one.name === name) ? t("admin.named.nameUsed", { name }) : null;
  };
  return (
    <Sheet>
      <Form form={form}>
        <TextField label={t("admin.named.name")} hint={t("admin.named.nameHint")} field={form.field("name")} autoComplete="off" maxLength={NAME + 8} />
        {props.fields(form.values.list, (list) => form.set("list", list), form.field("list").error, former ?? undefined)}
        <Actions>
          <Button kind="primary" type="submit">
            {t("admin.named.stage")}
          </Button>
          <ButtonLink href={back}>{t("ui.back")}</ButtonLink>
        </Actions>
        <p className="text-row text-ink-3">{t("admin.named.stageText")}</p>
      </Form>
    </Sheet>
  );
}
