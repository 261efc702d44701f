// What is prepared of fixed addresses, put into the settings in force at this moment, and reviewed before it is tried.
import { useMemo } from "react";
import { useLocation } from "wouter";
import { useText } from "../../../i18n";
import { EmptyState, Loaded } from "../../../ui/async";
import { ButtonLink, TextLink } from "../../../ui/button";
import { Page, Sheet } from "../../../ui/page";
import { Review } from "../../review/review";
import type { Known } from "../../trial/state";
import { useTrial } from "../../trial/provider";
import { useEdits } from "./edits";
import { FIXED } from "./frame";
import { type Edit, pendingOf, withEdits } from "./reservations";

export function AddressesReviewPage() {
  const { t } = useText();
  const { query } = useTrial();
  const { edits } = useEdits();
  return (
    <Page narrow title={t("admin.reviewTitle")} lead={t("admin.reviewLead")} above={<TextLink href={FIXED}>{t("admin.dhcp.title")}</TextLink>}>
      <Loaded query={query}>{(settings) => <Prepared settings={settings} edits={edits} />}</Loaded>
    </Page>
  );
}

function Prepared({ settings, edits }: { settings: Known; edits: Edit[] }) {
  const { t } = useText();
  const [, go] = useLocation();
  const { document, etag } = settings;
  const proposal = useMemo(() => ({ path: "/settings" as const, body: { document: withEdits(document, edits) }, etag }), [document, edits, etag]);
  if (pendingOf(document, edits).length === 0) {
    return (
      <Sheet>
        <EmptyState title={t("admin.nothingPrepared")} action={<ButtonLink href={FIXED}>{t("ui.back")}</ButtonLink>}>
          {t("admin.nothingPreparedText")}
        </EmptyState>
      </Sheet>
    );
  }
  return <Review key={etag} proposal={proposal} back={FIXED} onTried={() => go(FIXED)} />;
}
