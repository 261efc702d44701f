// What the pages of names and addresses have in common: the title, the views, and what is prepared and not in force.
import type { ReactNode } from "react";
import { Link } from "wouter";
import { useText } from "../../../i18n";
import { Note } from "../../../ui/badge";
import { Button, ButtonLink } from "../../../ui/button";
import { classes } from "../../../ui/classes";
import { Page } from "../../../ui/page";
import type { Edit } from "./reservations";

export const LENT = "/addresses";
export const FIXED = "/addresses/fixed";
export const NEW = "/addresses/fixed/new";
export const REVIEW = "/addresses/review";
export const NAMES = "/addresses/names";
export const NAMES_REVIEW = "/addresses/names/review";

export function editAddress(zone: string, mac: string): string {
  return `${FIXED}/${encodeURIComponent(zone)}/${encodeURIComponent(mac)}`;
}

export function Views(props: { at: typeof LENT | typeof FIXED | typeof NAMES; counts: { lent?: number; fixed?: number }; children: ReactNode }) {
  const { t } = useText();
  const tab = (href: string, text: string, count: number | undefined) => (
    <Link
      href={href}
      aria-current={props.at === href ? "page" : undefined}
      className={classes(
        "-mb-px inline-flex min-h-11 items-center gap-2 border-b-2 px-1 text-body whitespace-nowrap sm:min-h-9",
        props.at === href ? "border-accent font-semibold text-ink" : "border-transparent text-ink-2 hover:text-ink",
      )}
    >
      {text}
      {count !== undefined && <span className="font-normal text-ink-3 tabular-nums">{t("admin.dhcp.count", { count })}</span>}
    </Link>
  );
  return (
    <Page
      title={t("admin.dhcp.title")}
      lead={t("admin.dhcp.lead")}
      actions={
        props.at !== NAMES && (
          <ButtonLink icon="plus" href={NEW}>
            {t("admin.dhcp.add")}
          </ButtonLink>
        )
      }
    >
      <nav aria-label={t("admin.dhcp.views")} className="flex gap-6 overflow-x-auto border-b border-line">
        {tab(LENT, t("admin.dhcp.lent"), props.counts.lent)}
        {tab(FIXED, t("admin.dhcp.fixed"), props.counts.fixed)}
        {tab(NAMES, t("admin.dns.tab"), undefined)}
      </nav>
      {props.children}
    </Page>
  );
}

/** What waits to be reviewed. */
export function Prepared(props: { pending: Edit[]; onDrop: () => void }) {
  const { t } = useText();
  if (props.pending.length === 0) return null;
  return (
    <Note state="needs-you" role="status">
      <p>{t("admin.dhcp.pending", { count: props.pending.length })}</p>
      <div className="mt-2 flex flex-wrap gap-2">
        <ButtonLink kind="primary" href={REVIEW}>
          {t("admin.reviewChange")}
        </ButtonLink>
        <Button icon="undo" onClick={props.onDrop}>
          {t("admin.dhcp.drop")}
        </Button>
      </div>
    </Note>
  );
}
