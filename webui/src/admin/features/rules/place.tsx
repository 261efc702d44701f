// The place "Rules" with its tabs. All of it edits one draft; the bar below says what is staged, and reviews it.
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { Route, Switch, useLocation } from "wouter";
import { useText } from "../../../i18n";
import { EmptyState, Loaded } from "../../../ui/async";
import { Note } from "../../../ui/badge";
import { Button, ButtonLink } from "../../../ui/button";
import { useToast } from "../../../ui/overlay";
import { Page } from "../../../ui/page";
import { Views } from "../../../ui/views";
import { useTrial } from "../../trial/provider";
import { Refused } from "../../review/refused";
import { CrmSentences, PolicySentences } from "./after";
import { CsvImportPage } from "./csv-page";
import { DownloadCsv } from "./csv-download";
import { type Rule, withParts } from "./document";
import { StagingProvider, useStaging } from "./draft";
import { blockingRule, newRule, withRule, withRuleAt } from "./edit";
import { GroupPage, GroupsTab } from "./groups";
import { HoursPage, HoursTab } from "./hours";
import { RuleList, type Wanted } from "./list";
import { RulesReviewPage } from "./review";
import { ServicePage, ServicesTab } from "./services";

export function RulesPlace() {
  const { query } = useTrial();
  return (
    <Loaded query={query}>
      {({ document, etag }) => (
        <StagingProvider document={document} etag={etag}>
          <Pages />
        </StagingProvider>
      )}
    </Loaded>
  );
}

function Pages() {
  const { t } = useText();
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const onWanted = useCallback((next: Wanted | null) => setWanted(next), []);
  return (
    <Switch>
      <Route path="/rules">
        <Tab actions={<ListActions />}>
          <RuleList wanted={wanted} onWanted={onWanted} />
          <CrmSentences />
          <PolicySentences />
        </Tab>
      </Route>
      <Route path="/rules/new">
        <NewRule onWanted={onWanted} />
      </Route>
      <Route path="/rules/review" component={RulesReviewPage} />
      <Route path="/rules/import" component={CsvImportPage} />
      <Route path="/rules/services">
        <Tab>
          <ServicesTab />
        </Tab>
      </Route>
      <Route path="/rules/groups">
        <Tab>
          <GroupsTab />
        </Tab>
      </Route>
      <Route path="/rules/hours">
        <Tab>
          <HoursTab />
        </Tab>
      </Route>
      <Route path="/rules/services/new">
        <ServicePage key="new" what="new" />
      </Route>
      <Route path="/rules/services/edit">
        <ServicePage key="edit" what="edit" />
      </Route>
      <Route path="/rules/groups/new">
        <GroupPage key="new" what="new" />
      </Route>
      <Route path="/rules/groups/edit">
        <GroupPage key="edit" what="edit" />
      </Route>
      <Route path="/rules/hours/new">
        <HoursPage key="new" what="new" />
      </Route>
      <Route path="/rules/hours/edit">
        <HoursPage key="edit" what="edit" />
      </Route>
      <Route>
        <Page title={t("admin.notFound")}>
          <EmptyState title={t("admin.notFoundTitle")} action={<ButtonLink href="/rules">{t("admin.rules")}</ButtonLink>}>
            {t("admin.notFoundText")}
          </EmptyState>
        </Page>
      </Route>
    </Switch>
  );
}

const TABS = [
  { href: "/rules", key: "admin.rules.tab.rules" },
  { href: "/rules/services", key: "admin.rules.tab.services" },
  { href: "/rules/groups", key: "admin.rules.tab.groups" },
  { href: "/rules/hours", key: "admin.rules.tab.hours" },
] as const;

function Tab(props: { actions?: ReactNode; children: ReactNode }) {
  const { t } = useText();
  const [location] = useLocation();
  const { isBack, clash, differences } = useStaging();
  const here = TABS.find((one) => one.href === location)?.key ?? "admin.rules.tab.rules";
  return (
    <Page title={t(here === "admin.rules.tab.rules" ? "admin.rules" : here)} lead={t("admin.rules.lead")} actions={props.actions}>
      <Views label={t("admin.rules.parts")} at={location} views={TABS.map(({ href, key }) => ({ href, text: t(key) }))} />
      {differences.count > 0 && (isBack || clash) && (
        <Note state={clash ? "needs-you" : "info"} role="status">
          {t(clash ? "admin.rules.clash" : "admin.rules.stagedBack")}
        </Note>
      )}
      <Problems />
      {props.children}
      <StagedBar />
    </Page>
  );
}

function Problems() {
  const { document, parts, problem, review, troubles, attempt } = useStaging();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (attempt > 0 && troubles.length === 0) place.current?.querySelector<HTMLElement>("[role=alert]")?.focus();
    // Once for each attempt: what is settled later takes no focus.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [attempt]);
  if (problem === null) return null;
  return (
    <div ref={place}>
      <Refused error={problem} of={withParts(document, parts)} retry={review} />
    </div>
  );
}

/** What is staged; it stays in view. */
function StagedBar() {
  const { t } = useText();
  const toast = useToast();
  const { differences, discard, review, busy, parts, update, troubles } = useStaging();
  if (differences.count === 0) return null;
  const drop = () => {
    const was = parts;
    discard();
    toast(t("admin.rules.discarded"), () => update(() => was));
  };
  return (
    <div data-lower-bar role="region" aria-label={t("admin.rules.stagedTitle")} className="sticky bottom-4 z-20 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-sheet border border-line-2 bg-sheet px-4 py-3 shadow-float max-sm:bottom-20 sm:px-5">
      <p role="status" className="flex min-w-0 flex-1 flex-wrap gap-x-2 text-body">
        <span className="font-semibold">{t("admin.rules.stagedCount", { count: differences.count })}</span>
        <span className={troubles.length > 0 ? "text-bad" : "text-ink-2"}>{troubles.length > 0 ? t("admin.rules.troubles", { count: troubles.length }) : t("admin.rules.stagedText")}</span>
      </p>
      <div className="flex gap-2 max-sm:w-full max-sm:[&>*]:flex-1">
        <Button onClick={drop}>{t("admin.rules.discard")}</Button>
        <Button kind="primary" busy={busy} onClick={review}>
          {t("admin.reviewChange")}
        </Button>
      </div>
    </div>
  );
}

function ListActions() {
  const { t } = useText();
  return (
    <>
      <DownloadCsv />
      <ButtonLink href="/rules/import" icon="upload">
        {t("admin.csv.import")}
      </ButtonLink>
    </>
  );
}

/** `?from=guest&to=office`: a rule for these two zones. With `&block` it keeps the one from the other, and `fromAddress`
 * and `toAddress` say whom of them. */
function askedFor(asked: URLSearchParams, rules: Rule[]): Rule {
  const zones = (name: string) => asked.getAll(name).filter((one) => one !== "");
  const [[from], [to]] = [zones("from"), zones("to")];
  if (!asked.has("block") || from === undefined || to === undefined) return newRule(rules, zones("from"), zones("to"));
  return blockingRule(rules, { zone: from, address: asked.get("fromAddress") }, { zone: to, address: asked.get("toAddress") });
}

/** What the address asks for, staged once. */
function NewRule(props: { onWanted: (wanted: Wanted) => void }) {
  const { parts, update } = useStaging();
  const [, go] = useLocation();
  const done = useRef(false);
  const { onWanted } = props;
  useEffect(() => {
    if (done.current) return;
    done.current = true;
    const rule = askedFor(new URLSearchParams(location.search), parts.rules);
    // The first that fits decides.
    update((before) => (rule.action === "block" ? withRuleAt(before, rule, 0) : withRule(before, rule)));
    onWanted({ id: rule.id, handle: false });
    go("/rules", { replace: true });
  }, [go, onWanted, parts.rules, update]);
  return null;
}
