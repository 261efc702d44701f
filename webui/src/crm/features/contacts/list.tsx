// All contacts: search, sort, exact count, page after page. What is asked for stands in the address,
// so that going back finds it again, with the row that was opened. What is refused leaves the search box there.
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link, useLocation, useSearchParams } from "wouter";
import { read } from "../../../api/client";
import { isProblem } from "../../../api/problem";
import { useText } from "../../../i18n";
import { EmptyState, LoadFailed, Loading } from "../../../ui/async";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { SelectField } from "../../../ui/field";
import { Icon } from "../../../ui/icons";
import { Page, Sheet } from "../../../ui/page";
import { Search } from "../../../ui/search";
import { useShortcut } from "../../../ui/shortcuts";
import { type Column, Table } from "../../../ui/table";
import { When } from "../../../ui/when";
import type { Contacts, ListedContact } from "../../api";
import { CONTACTS } from "./keys";
import { useLive } from "./live";
import { dialled } from "./phone";
import { useReturn } from "./return";

const PAGE = 50;
/** Characters of a search, as the server counts them. */
const SEARCH_MOST = 200;
const SORTS = ["name", "-name", "company", "-company", "position", "-position", "-created", "created"] as const;

export function ContactsPage() {
  const { t } = useText();
  const { fresh } = useLive();
  const [, go] = useLocation();
  const [params, setParams] = useSearchParams();
  const search = params.get("search") ?? "";
  const company = params.get("company") ?? "";
  const asked = params.get("sort");
  const sort = SORTS.find((one) => one === asked) ?? "name";
  const change = (name: string, value: string) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value === "") next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  const query = useInfiniteQuery({
    queryKey: [...CONTACTS, search, company, sort],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const wanted = new URLSearchParams({ sort, limit: String(PAGE) });
      if (search !== "") wanted.set("search", search);
      if (company !== "") wanted.set("filter[company]", company);
      if (pageParam !== null) wanted.set("cursor", pageParam);
      return read<Contacts>(`/contacts?${wanted}`, signal);
    },
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  });
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const count = query.data?.pages.at(-1)?.count ?? 0;
  const refused = searchRefused(query.error);
  const scroller = useReturn(params.size > 0 ? `?${params}` : "", query.isSuccess);
  const filtered = search !== "" || company !== "";
  useShortcut({ keys: ["n"], text: t("crm.newContact"), act: () => go("/contacts/new") });
  const name = (one: ListedContact) => (
    <Link href={`/contacts/${one.id}`} className="hover:text-accent">
      {one.name}
    </Link>
  );
  const columns: Column<ListedContact>[] = [
    { key: "name", head: t("crm.field.name"), cell: name, sort: "name", width: "min-w-40" },
    { key: "company", head: t("crm.field.company"), cell: (one) => one.company, sort: "company", width: "min-w-40" },
    { key: "position", head: t("crm.field.position"), cell: (one) => one.position, sort: "position", width: "min-w-32" },
    { key: "phone", head: t("crm.field.phone"), cell: (one) => one.phone, width: "min-w-40" },
    { key: "email", head: t("crm.field.email"), cell: (one) => one.email, width: "min-w-44" },
    { key: "created", head: t("crm.created"), cell: (one) => <When at={one.createdAt} />, sort: "created", width: "min-w-32" },
  ];
  const add = (
    <ButtonLink kind="primary" icon="plus" href="/contacts/new">
      {t("crm.newContact")}
    </ButtonLink>
  );
  return (
    <Page title={t("crm.contacts")} count={query.data && t("crm.count", { count })} actions={query.data && (count > 0 || filtered) ? add : undefined}>
      <div className="flex flex-wrap items-end gap-3">
        <Search
          label={t("crm.search")}
          hint={t("crm.searchHint")}
          most={SEARCH_MOST}
          tooLong={(has) => t("crm.searchTooLong", { most: SEARCH_MOST, has })}
          value={search}
          error={refused}
          onValue={(value) => change("search", value)}
        />
        <div className="w-full sm:hidden">
          <SelectField
            label={t("crm.sort")}
            field={{ name: "sort", value: sort, onValue: (value) => change("sort", value), error: null }}
            options={SORTS.map((one) => ({ value: one, label: t(`crm.sort.${one}`) }))}
          />
        </div>
        {company !== "" && (
          <Button icon="cross" onClick={() => change("company", "")}>
            <span className="max-w-60 truncate">{t("crm.companyIs", { company })}</span>
          </Button>
        )}
        <p className="ml-auto flex min-h-9 items-center text-row">
          <TextLink href="/contacts/deleted">{t("crm.deletedList")}</TextLink>
        </p>
      </div>
      {query.isPending && <Loading />}
      {query.isError && !query.data && refused === null && <LoadFailed error={query.error} retry={() => void query.refetch()} />}
      {query.data && (
        <>
          <Sheet
            bare
            footer={
              <span role="status">
                {rows.length < count ? t("crm.shown", { shown: rows.length, count }) : t("crm.allShown", { count })}
                {!fresh && <span className="text-warn"> {t("crm.notFresh")}</span>}
              </span>
            }
          >
            {rows.length === 0 ? (
              filtered ? (
                <EmptyState
                  title={t("crm.noMatch")}
                  action={<Button onClick={() => change(search !== "" ? "search" : "company", "")}>{t(search !== "" ? "crm.dropSearch" : "crm.dropCompany")}</Button>}
                >
                  {t("crm.noMatchText")}
                </EmptyState>
              ) : (
                <EmptyState title={t("crm.none")} action={add}>
                  {t("crm.noneText")}
                </EmptyState>
              )
            ) : (
              <Table
                label={t("crm.contacts")}
                columns={columns}
                rows={rows}
                rowKey={(one) => one.id}
                sort={sort}
                onSort={(next) => change("sort", next)}
                onOpen={(one) => go(`/contacts/${one.id}`)}
                busy={query.isPlaceholderData}
                scroller={scroller}
                phone={(one) => ({
                  title: name(one),
                  line: [one.company, one.position].filter(Boolean).join(" · "),
                  aside: dialled(one.phone) !== null && (
                    <a
                      href={dialled(one.phone) ?? undefined}
                      aria-label={t("crm.callNamed", { name: one.name })}
                      className="inline-flex size-11 items-center justify-center rounded-control text-accent"
                    >
                      <Icon name="phone" className="size-5" />
                    </a>
                  ),
                })}
              />
            )}
          </Sheet>
          {query.isFetchNextPageError && <LoadFailed error={query.error} retry={() => void query.fetchNextPage()} />}
          {query.hasNextPage && !query.isFetchNextPageError && (
            <div className="max-sm:grid">
              <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t("crm.showMore")}
              </Button>
            </div>
          )}
        </>
      )}
    </Page>
  );
}

/** What the server says of a search that it does not take. */
function searchRefused(error: unknown): string | null {
  return isProblem(error) ? (error.errors.find((one) => one.field === "/search")?.message ?? null) : null;
}
