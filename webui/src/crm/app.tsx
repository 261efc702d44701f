// The CRM app: the claim until it has a manager, the locked page until the vault is open, then
// sign-in, then the pages of the rail. An invitation has its own page, before any sign-in.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { Redirect, Route, Switch } from "wouter";
import { read, whenSignedOut } from "../api/client";
import type { Problem } from "../api/problem";
import { useText } from "../i18n";
import { AccountPage } from "../ui/account-page";
import { EmptyState, Loaded } from "../ui/async";
import { Note } from "../ui/badge";
import { Button, ButtonLink } from "../ui/button";
import { ProblemNote } from "../ui/form";
import { LanguageSwitch } from "../ui/language-switch";
import { LogPage } from "../ui/log-page";
import { Page, useHeading } from "../ui/page";
import { Gate, useAccount } from "../ui/session";
import { Alone, type Place, Shell } from "../ui/shell";
import { START, type Start } from "./api";
import { ClaimWizard } from "./features/claim/wizard";
import { EditCopyTargetPage, NewCopyTargetPage } from "../copies/form";
import { CopiesPage } from "../copies/page";
import { CopySheetPage } from "../copies/sheet";
import { DeletedPage } from "./features/contacts/deleted";
import { forgetDrafts, keepDraftsOf } from "./features/contacts/drafts";
import { ErasePage } from "./features/contacts/erase";
import { EditContactPage, NewContactPage } from "./features/contacts/form";
import { ContactsPage } from "./features/contacts/list";
import { Live, useEvents } from "./features/contacts/live";
import { forgetPlace } from "./features/contacts/place";
import { RecordPage } from "./features/contacts/record";
import { EnrolPage } from "./features/enrol/page";
import { DiskFailedPage, LockedPage } from "./features/locked/page";
import { PAST } from "./features/past/asked";
import { PastContactPage } from "./features/past/contact";
import { PastPage } from "./features/past/page";
import { PeoplePage } from "./features/people/page";

/** While it is closed, somebody else may open it: ask again this often. */
const ASK_MS = 5_000;

export function App() {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: START,
    queryFn: ({ signal }) => read<Start>("/start", signal),
    staleTime: Infinity,
    refetchInterval: ({ state }) => (state.data?.state === "locked" || state.data?.state === "disk-failed" ? ASK_MS : false),
  });
  const state = query.data?.state;
  const byHand = query.data?.lockedBecause === "by-hand";
  // A session may have ended because the vault was locked.
  useEffect(() => whenSignedOut(() => void client.invalidateQueries({ queryKey: START })), [client]);
  useEffect(() => {
    if (state === undefined || state === "open") return;
    // What was on the screen is sealed again: nothing of it stays in memory but what somebody typed and could not save.
    // Who locks by hand was told that it is lost.
    if (byHand) forgetDrafts();
    forgetPlace();
    client.removeQueries({ predicate: (one) => one.queryKey[0] !== START[0] });
  }, [state, byHand, client]);
  return <Loaded query={query}>{(start) => <Opened start={start} />}</Loaded>;
}

function Opened({ start }: { start: Start }) {
  const { t } = useText();
  const name = start.organisation ?? t("ui.product");
  switch (start.state) {
    case "unclaimed":
    case "claiming":
      return <ClaimWizard start={start} />;
    case "locked":
      return (
        <Front name={name} title={t("crm.locked.title")}>
          <LockedPage start={start} />
        </Front>
      );
    case "disk-failed":
      return (
        <Front name={name} title={t("crm.disk.title")}>
          <DiskFailedPage />
        </Front>
      );
    case "open":
      return (
        <Switch>
          <Route path="/enrol">
            <EnrolPage />
          </Route>
          <Route>
            <Gate
              front={(signIn) => (
                <Front name={name} title={t("crm.signInTitle")}>
                  {start.damagedAccounts > 0 && (
                    <div className="mb-5">
                      <Note state="needs-you">{t("crm.damagedAccounts", { count: start.damagedAccounts })}</Note>
                    </div>
                  )}
                  {signIn}
                </Front>
              )}
            >
              <Pages organisation={start.organisation ?? null} />
            </Gate>
          </Route>
        </Switch>
      );
    default:
      // The app's guard says that this page has a fault; falling through would leave it white.
      throw new Error(`the box is in a state that this page does not know: ${String(start.state satisfies never)}`);
  }
}

function Front(props: { name: string; title: string; children: ReactNode }) {
  const { t } = useText();
  const heading = useHeading(props.title, true);
  return (
    <Alone name={props.name} second={t("crm.app")} footer={<LanguageSwitch />}>
      <h1 ref={heading} tabIndex={-1} className="mb-4 text-page font-semibold break-words">
        {props.title}
      </h1>
      {props.children}
    </Alone>
  );
}

function Pages(props: { organisation: string | null }) {
  const { t } = useText();
  const client = useQueryClient();
  const account = useAccount();
  useEffect(() => keepDraftsOf(account.id), [account.id]);
  // Before the sign-in its name was not told.
  const unnamed = props.organisation === null;
  useEffect(() => {
    if (unnamed) void client.invalidateQueries({ queryKey: START });
  }, [unnamed, client]);
  const fresh = useEvents();
  const [trouble, setTrouble] = useState<Problem | null>(null);
  const manager = account.role === "manager";
  const places: Place[] = [{ href: "/contacts", label: t("crm.contacts"), icon: "contacts" }];
  if (manager) {
    places.push({ href: "/people", label: t("crm.people"), icon: "people" }, { href: "/copies", label: t("copies.title"), icon: "database" }, { href: "/log", label: t("log.title"), icon: "log" });
  }
  return (
    <Live value={{ fresh, setTrouble }}>
      <Shell
        look="crm"
        name={props.organisation ?? t("ui.product")}
        second={t("crm.app")}
        places={places}
        account={{ name: account.name, second: t(manager ? "crm.role.manager" : "crm.role.staff"), href: "/account" }}
      >
        {trouble && (
          <div className="grid justify-items-start gap-2 px-4 pt-5 sm:px-6 lg:px-8">
            <ProblemNote problem={trouble} />
            <Button size="row" onClick={() => setTrouble(null)}>
              {t("ui.close")}
            </Button>
          </div>
        )}
        <Switch>
          <Route path="/">
            <Redirect to="/contacts" replace />
          </Route>
          <Route path="/contacts" component={ContactsPage} />
          <Route path="/contacts/new" component={NewContactPage} />
          <Route path="/contacts/deleted" component={DeletedPage} />
          <Route path="/contacts/:id">{({ id }) => <RecordPage key={id} id={id} />}</Route>
          <Route path="/contacts/:id/edit">{({ id }) => <EditContactPage key={id} id={id} />}</Route>
          {manager && <Route path="/contacts/:id/erase">{({ id }) => <ErasePage key={id} id={id} />}</Route>}
          {manager && <Route path="/people" component={PeoplePage} />}
          {manager && (
            <Route path="/copies">
              <CopiesPage more={<ButtonLink href={PAST}>{t("crm.past.link")}</ButtonLink>} />
            </Route>
          )}
          {manager && <Route path={PAST}>{() => <PastPage since="deleted" />}</Route>}
          {manager && <Route path={`${PAST}/changed`}>{() => <PastPage since="changed" />}</Route>}
          {manager && <Route path={`${PAST}/made`}>{() => <PastPage since="made" />}</Route>}
          {manager && <Route path={`${PAST}/contact/:id`}>{({ id }) => <PastContactPage key={id} id={id} />}</Route>}
          {manager && <Route path="/copies/new" component={NewCopyTargetPage} />}
          {manager && <Route path="/copies/:id">{({ id }) => <EditCopyTargetPage key={id} />}</Route>}
          {manager && <Route path="/copies/:id/sheet">{({ id }) => <CopySheetPage key={id} />}</Route>}
          {manager && <Route path="/log"><LogPage /></Route>}
          <Route path="/account" component={AccountPage} />
          <Route>
            <Page title={t("crm.notFound")}>
              <EmptyState title={t("crm.notFoundTitle")} action={<ButtonLink href="/contacts">{t("crm.contacts")}</ButtonLink>}>
                {t("crm.notFoundText")}
              </EmptyState>
            </Page>
          </Route>
        </Switch>
      </Shell>
    </Live>
  );
}
