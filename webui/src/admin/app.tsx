// The admin app: set-up until the box is set up, then sign-in, then the pages of the rail.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Route, Switch } from "wouter";
import { read } from "../api/client";
import { EditCopyTargetPage, NewCopyTargetPage } from "../copies/form";
import { CopiesPage } from "../copies/page";
import { CopySheetPage } from "../copies/sheet";
import { useText } from "../i18n";
import { AccountPage } from "../ui/account-page";
import { EmptyState, Loaded } from "../ui/async";
import { ButtonLink } from "../ui/button";
import { LanguageSwitch } from "../ui/language-switch";
import { LogPage } from "../ui/log-page";
import { Page, useHeading } from "../ui/page";
import { Gate, useAccount } from "../ui/session";
import { Alone, type Place, Shell } from "../ui/shell";
import type { Start } from "./api";
import { Bell } from "./features/alerts/bell";
import { AlertsPage } from "./features/alerts/page";
import { HeadsNote } from "./features/alerts/heads-note";
import { TargetEditPage, TargetNewPage } from "./features/alerts/target-form";
import { TargetsPage } from "./features/alerts/targets-page";
import { BlockingPage } from "./features/addresses/blocking-page";
import { BlockingReviewPage } from "./features/addresses/blocking-review";
import { FixedPage } from "./features/addresses/fixed";
import { EditPage, NewPage } from "./features/addresses/form";
import { LentPage } from "./features/addresses/lent";
import { NamesPage } from "./features/addresses/names";
import { NamesReviewPage } from "./features/addresses/names-review";
import { AddressesReviewPage } from "./features/addresses/review";
import { CertificatePage } from "./features/certificate/page";
import { CrmPage } from "./features/crm/page";
import { CrmAccessPage } from "./features/crm-access/page";
import { CrmAccessReviewPage } from "./features/crm-access/review";
import { ConnectionsPage } from "./features/devices/connections";
import { DevicesPage } from "./features/devices/page";
import { QuarantinePage } from "./features/devices/quarantine";
import { RefusedPage } from "./features/devices/refused";
import { TrafficPage } from "./features/devices/traffic";
import { EgressEditPage, EgressNewPage } from "./features/egress/form";
import { EgressPage } from "./features/egress/page";
import { EgressReviewPage } from "./features/egress/review";
import { ProtectionPage } from "./features/protection/page";
import { PublishEditPage, PublishNewPage } from "./features/publish/form";
import { PublishPage } from "./features/publish/page";
import { PublishReviewPage } from "./features/publish/review";
import { RulesPlace } from "./features/rules/place";
import { ChangePage, GoBackPage } from "./features/settings/change";
import { FormerPage } from "./features/settings/former-page";
import { ImportPage, ImportReviewPage } from "./features/settings/import";
import { SettingsPage } from "./features/settings/page";
import { Wizard } from "./features/setup/wizard";
import { ZonesPage } from "./features/zones/page";
import { SimulatorPage } from "./features/zones/simulator";
import { CardPage, PortPage } from "./features/zones/port-form";
import { ZonesReviewPage } from "./features/zones/review";
import { RoutePage } from "./features/zones/routes";
import { ZoneNewPage, ZonePage } from "./features/zones/zone-form";
import { TrialBar } from "./trial/bar";
import { TrialProvider } from "./trial/provider";

const START = ["start"];

export function App() {
  const client = useQueryClient();
  const query = useQuery({ queryKey: START, queryFn: ({ signal }) => read<Start>("/start", signal), staleTime: Infinity });
  return (
    <Loaded query={query}>
      {(start) => {
        switch (start.state) {
          case "setup":
            return <Wizard onFinished={() => client.setQueryData<Start>(START, { ...start, state: "ready" })} />;
          case "ready":
            return (
              <Gate front={(signIn) => <Front>{signIn}</Front>}>
                <TrialProvider>
                  <Pages />
                </TrialProvider>
              </Gate>
            );
          default:
            // The app's guard says that this page has a fault; a sign-in would not be known to be right.
            throw new Error(`the box is in a state that this page does not know: ${String(start.state satisfies never)}`);
        }
      }}
    </Loaded>
  );
}

function Front(props: { children: ReactNode }) {
  const { t } = useText();
  const title = t("admin.signInTitle");
  const heading = useHeading(title, true);
  return (
    <Alone name={t("ui.product")} second={t("admin.app")} footer={<LanguageSwitch />}>
      <h1 ref={heading} tabIndex={-1} className="mb-5 text-page font-semibold">
        {title}
      </h1>
      {props.children}
    </Alone>
  );
}

function Pages() {
  const { t } = useText();
  const account = useAccount();
  const places: Place[] = [
    { href: "/", label: t("admin.protection"), icon: "shield" },
    { href: "/zones", label: t("admin.zones"), icon: "zones" },
    { href: "/rules", label: t("admin.rules"), icon: "rules" },
    { href: "/devices", label: t("admin.devices"), icon: "screen" },
    { href: "/addresses", label: t("admin.dhcp.title"), icon: "contacts" },
    { href: "/publish", label: t("admin.publish"), icon: "globe" },
    { href: "/crm-access", label: t("admin.access"), icon: "key" },
    { href: "/crm", label: t("admin.crm"), icon: "database" },
    { href: "/egress", label: t("admin.egress.title"), icon: "signOut" },
    { href: "/settings", label: t("admin.settings"), icon: "settings" },
    { href: "/copies", label: t("copies.title"), icon: "copy" },
    { href: "/alerts", label: t("admin.alerts.title"), icon: "bell" },
    { href: "/log", label: t("log.title"), icon: "log" },
    { href: "/certificate", label: t("admin.certificate"), icon: "certificate" },
  ];
  return (
    <Shell look="admin" name={t("ui.product")} second={t("admin.app")} places={places} account={{ name: account.name, second: t("admin.role"), href: "/account" }} bell={<Bell />} above={<TrialBar />}>
      <Switch>
        <Route path="/" component={ProtectionPage} />
        <Route path="/zones" component={ZonesPage} />
        <Route path="/rules/*?" component={RulesPlace} />
        <Route path="/publish" component={PublishPage} />
        <Route path="/publish/new" component={PublishNewPage} />
        <Route path="/publish/review" component={PublishReviewPage} />
        <Route path="/publish/:id" component={PublishEditPage} />
        <Route path="/addresses" component={LentPage} />
        <Route path="/addresses/fixed" component={FixedPage} />
        <Route path="/addresses/fixed/new" component={NewPage} />
        <Route path="/addresses/fixed/:zone/:mac" component={EditPage} />
        <Route path="/addresses/review" component={AddressesReviewPage} />
        <Route path="/addresses/names" component={NamesPage} />
        <Route path="/addresses/names/review" component={NamesReviewPage} />
        <Route path="/addresses/blocking" component={BlockingPage} />
        <Route path="/addresses/blocking/review" component={BlockingReviewPage} />
        <Route path="/devices" component={DevicesPage} />
        <Route path="/devices/connections" component={ConnectionsPage} />
        <Route path="/devices/refused" component={RefusedPage} />
        <Route path="/devices/traffic" component={TrafficPage} />
        <Route path="/devices/quarantine" component={QuarantinePage} />
        <Route path="/zones/simulator" component={SimulatorPage} />
        <Route path="/zones/review" component={ZonesReviewPage} />
        <Route path="/zones/new" component={ZoneNewPage} />
        <Route path="/zones/zone/:name" component={ZonePage} />
        <Route path="/zones/port/:name" component={PortPage} />
        <Route path="/zones/card/:id" component={CardPage} />
        <Route path="/zones/route/:network" component={RoutePage} />
        <Route path="/crm-access" component={CrmAccessPage} />
        <Route path="/crm-access/review" component={CrmAccessReviewPage} />
        <Route path="/crm" component={CrmPage} />
        <Route path="/egress" component={EgressPage} />
        <Route path="/egress/new" component={EgressNewPage} />
        <Route path="/egress/change/:key" component={EgressEditPage} />
        <Route path="/egress/review" component={EgressReviewPage} />
        <Route path="/settings" component={SettingsPage} />
        <Route path="/settings/import" component={ImportPage} />
        <Route path="/settings/import/review" component={ImportReviewPage} />
        <Route path="/settings/change/:id" component={ChangePage} />
        <Route path="/settings/change/:id/again">
          <GoBackPage to="document" />
        </Route>
        <Route path="/settings/change/:id/before">
          <GoBackPage to="before" />
        </Route>
        <Route path="/settings/former" component={FormerPage} />
        <Route path="/copies">
          <CopiesPage />
        </Route>
        <Route path="/copies/new" component={NewCopyTargetPage} />
        <Route path="/copies/:id">{({ id }) => <EditCopyTargetPage key={id} />}</Route>
        <Route path="/copies/:id/sheet">{({ id }) => <CopySheetPage key={id} />}</Route>
        <Route path="/alerts" component={AlertsPage} />
        <Route path="/alerts/targets" component={TargetsPage} />
        <Route path="/alerts/targets/new" component={TargetNewPage} />
        <Route path="/alerts/targets/:id" component={TargetEditPage} />
        <Route path="/log">
          {/* What opens with the box is its own store. */}
          <LogPage words={{ unlock: "opened", lock: "closed" }} note={<HeadsNote />} />
        </Route>
        <Route path="/certificate" component={CertificatePage} />
        <Route path="/account" component={AccountPage} />
        <Route>
          <Page title={t("admin.notFound")}>
            <EmptyState title={t("admin.notFoundTitle")} action={<ButtonLink href="/">{t("admin.protection")}</ButtonLink>}>
              {t("admin.notFoundText")}
            </EmptyState>
          </Page>
        </Route>
      </Switch>
    </Shell>
  );
}
