// Networks behind other routers, and the form for one.
import { useState } from "react";
import { useLocation } from "wouter";
import { useText } from "../../../i18n";
import { useAddressPart } from "../../../ui/address-part";
import { EmptyState, Loaded } from "../../../ui/async";
import { Badge } from "../../../ui/badge";
import { Button, ButtonLink, TextLink } from "../../../ui/button";
import { TextField } from "../../../ui/field";
import { Form, useForm } from "../../../ui/form";
import { Actions, Page, Sheet } from "../../../ui/page";
import { useLeave } from "../../review/leave";
import { useTrial } from "../../trial/provider";
import type { Known } from "../../trial/state";
import { type Route, routesOf, withRoutes } from "./document";
import { type Draft, useDraft, useStage } from "./draft";

const BACK = "/zones";

export function Routes({ draft }: { draft: Draft }) {
  const { t } = useText();
  const routes = routesOf(draft.document);
  const before = routesOf(draft.now);
  const isStaged = (route: Route) => !before.some((one) => one.network === route.network && one.via === route.via);
  return (
    <Sheet title={t("admin.routes")} aside={<TextLink href="/zones/route/new">{t("admin.routeNew")}</TextLink>} bare footer={routes.length === 0 ? undefined : t("admin.routesHow")}>
      {routes.length === 0 ? (
        <p className="px-4 py-3 text-body text-ink-2 sm:px-5">{t("admin.routesNone")}</p>
      ) : (
        <ul aria-label={t("admin.routes")}>
          {routes.map((route) => (
            <li key={route.network} className="flex flex-wrap items-center gap-x-6 gap-y-1 border-b border-line px-4 py-3 text-row last:border-b-0 sm:px-5">
              <span className="min-w-0 grow break-words tabular-nums">{t("admin.routeLine", { network: route.network, via: route.via })}</span>
              {isStaged(route) && (
                <Badge plain state="needs-you" icon="edit">
                  {t("admin.prepared")}
                </Badge>
              )}
              <TextLink href={`/zones/route/${encodeURIComponent(route.network)}`}>
                {t("admin.edit")}
                <span className="sr-only"> {route.network}</span>
              </TextLink>
            </li>
          ))}
        </ul>
      )}
    </Sheet>
  );
}

export function RoutePage() {
  const { t } = useText();
  const network = useAddressPart("network");
  const { query } = useTrial();
  return (
    <Page narrow title={t(network === "new" ? "admin.routeNew" : "admin.routeTitle")} lead={t("admin.routeLead")} above={<TextLink href={BACK}>{t("admin.zones")}</TextLink>}>
      <Loaded query={query}>{(known) => <Found known={known} network={network} />}</Loaded>
    </Page>
  );
}

function Found({ known, network }: { known: Known; network: string }) {
  const { t } = useText();
  const draft = useDraft(known);
  const route = routesOf(draft.document).find((one) => one.network === network) ?? null;
  if (route === null && network !== "new") {
    return (
      <Sheet>
        <EmptyState title={t("admin.routeGone")} action={<ButtonLink href={BACK}>{t("ui.back")}</ButtonLink>}>
          {t("admin.routeGoneText")}
        </EmptyState>
      </Sheet>
    );
  }
  return <RouteForm draft={draft} before={route} />;
}

function RouteForm({ draft, before }: { draft: Draft; before: Route | null }) {
  const { t } = useText();
  const [, go] = useLocation();
  const leave = useLeave();
  const stage = useStage(draft);
  const all = routesOf(draft.document);
  const [at] = useState(() => (before === null ? all.length : all.indexOf(before)));
  const form = useForm<Route>({
    initial: before ?? { network: "", via: "" },
    submit: async (values) => {
      const route = { network: values.network.trim(), via: values.via.trim() };
      await stage(withRoutes(draft.document, at < all.length ? all.with(at, route) : [...all, route]), (pointer) => {
        const place = `/routes/${at}/`;
        return pointer.startsWith(place) ? pointer.slice(place.length) : null;
      });
      leave(`${BACK}/route/${encodeURIComponent(route.network)}`, BACK);
    },
  });
  return (
    <Sheet>
      <Form form={form} label={t("admin.routes")}>
        <TextField label={t("admin.routeNetwork")} hint={t("admin.routeNetworkHint")} field={form.field("network")} spellCheck={false} autoComplete="off" />
        <TextField label={t("admin.routeVia")} hint={t("admin.routeViaHint")} field={form.field("via")} spellCheck={false} autoComplete="off" />
        <Actions>
          <Button kind="primary" type="submit" busy={form.busy}>
            {t("admin.prepare")}
          </Button>
          <ButtonLink href={BACK}>{t("ui.back")}</ButtonLink>
          {before !== null && (
            <Button
              kind="destructive"
              icon="trash"
              onClick={() => {
                draft.stage(withRoutes(draft.document, all.filter((one) => one !== before)));
                go(BACK);
              }}
            >
              {t("admin.routeRemove")}
            </Button>
          )}
        </Actions>
      </Form>
    </Sheet>
  );
}
