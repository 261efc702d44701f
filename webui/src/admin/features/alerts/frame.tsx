// The two views of alerts: what happened, and who is told of it outside the box.
import type { ReactNode } from "react";
import { useText } from "../../../i18n";
import { Page } from "../../../ui/page";
import { Views } from "../../../ui/views";

export const HOME = "/alerts";
export const TARGETS = `${HOME}/targets`;

export function AlertsFrame(props: { at: typeof HOME | typeof TARGETS; lead: string; actions?: ReactNode; children: ReactNode }) {
  const { t } = useText();
  const views = [
    { href: HOME, text: t("admin.alerts.title") },
    { href: TARGETS, text: t("admin.targets.title") },
  ];
  return (
    <Page title={t(props.at === HOME ? "admin.alerts.title" : "admin.targets.title")} lead={props.lead} actions={props.actions}>
      <Views label={t("admin.alerts.title")} at={props.at} views={views} />
      {props.children}
    </Page>
  );
}
