// What is prepared of destinations, put into the settings in force at this moment, and reviewed before it is tried.
import { useMemo } from "react";
import { useLocation } from "wouter";
import { useText } from "../../../i18n";
import { EmptyState, Loaded } from "../../../ui/async";
import { ButtonLink, TextLink } from "../../../ui/button";
import { Page, Sheet } from "../../../ui/page";
import { Review } from "../../review/review";
import { useTrial } from "../../trial/provider";
import type { Known } from "../../trial/state";
import { type Edit, pendingOf, withEdits } from "./destinations";
import { HOME, useEdits } from "./edits";

export function EgressReviewPage() {
  const { t } = useText();
  const { query } = useTrial();
  const { edits } = useEdits();
  return (
    <Page narrow title={t("admin.reviewTitle")} lead={t("admin.reviewLead")} above={<TextLink href={HOME}>{t("admin.egress.title")}</TextLink>}>
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
        <EmptyState title={t("admin.nothingPrepared")} action={<ButtonLink href={HOME}>{t("ui.back")}</ButtonLink>}>
          {t("admin.nothingPreparedText")}
        </EmptyState>
      </Sheet>
    );
  }
  return <Review key={etag} proposal={proposal} back={HOME} onTried={() => go(HOME)} />;
}
