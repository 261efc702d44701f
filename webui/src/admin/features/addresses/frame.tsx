// What the pages of names and addresses have in common: the title, the views, and what is staged and not in force.
import type { ReactNode } from "react";
import { useText } from "../../../i18n";
import { ButtonLink } from "../../../ui/button";
import { Page } from "../../../ui/page";
import { Views } from "../../../ui/views";
import { DRAFTS } from "../../review/drafts";
import { listOf, oneOf, useKept } from "../../review/kept";
import { isBlocked } from "./blocking";
import { isAsked } from "./dns";
import { isEdit } from "./reservations";

export const LENT = "/addresses";
export const FIXED = "/addresses/fixed";
export const NEW = "/addresses/fixed/new";
export const REVIEW = "/addresses/review";
export const NAMES = "/addresses/names";
export const NAMES_REVIEW = "/addresses/names/review";
export const BLOCKING = "/addresses/blocking";
export const BLOCKING_REVIEW = "/addresses/blocking/review";

/** Fixed addresses are kept as what is to be changed, so that they fit whatever somebody else changes meanwhile. */
const FIXED_EDITS = listOf(DRAFTS[FIXED], isEdit);
const ASKED = oneOf(DRAFTS[NAMES], isAsked);
const BLOCKED = oneOf(DRAFTS[BLOCKING], isBlocked);

export const useEdits = () => useKept(FIXED_EDITS);
/** Who is to be asked for names. */
export const useAsked = () => useKept(ASKED);
export const useBlocked = () => useKept(BLOCKED);

/** The form for a new one, with what is known of the device. */
export function newAddress(known: { zone: string; mac: string; address: string }): string {
  return `${NEW}?${new URLSearchParams(known)}`;
}

export function editAddress(zone: string, mac: string): string {
  return `${FIXED}/${encodeURIComponent(zone)}/${encodeURIComponent(mac)}`;
}

export function AddressesPage(props: { at: typeof LENT | typeof FIXED | typeof NAMES | typeof BLOCKING; counts: { lent?: number; fixed?: number }; children: ReactNode }) {
  const { t } = useText();
  const counted = (count: number | undefined) => (count === undefined ? undefined : t("admin.dhcp.count", { count }));
  return (
    <Page
      title={t("admin.dhcp.title")}
      lead={t("admin.dhcp.lead")}
      actions={
        props.at !== NAMES &&
        props.at !== BLOCKING && (
          <ButtonLink icon="plus" href={NEW}>
            {t("admin.dhcp.add")}
          </ButtonLink>
        )
      }
    >
      <Views
        label={t("admin.dhcp.views")}
        at={props.at}
        views={[
          { href: LENT, text: t("admin.dhcp.lent"), count: counted(props.counts.lent) },
          { href: FIXED, text: t("admin.dhcp.fixed"), count: counted(props.counts.fixed) },
          { href: NAMES, text: t("admin.dns.tab") },
          { href: BLOCKING, text: t("admin.blocking.tab") },
        ]}
      />
      {props.children}
    </Page>
  );
}
