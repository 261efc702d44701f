// All that was prepared on the pages of zones, reviewed before it is tried.
import { useState } from "react";
import { useLocation } from "wouter";
import { useText } from "../../../i18n";
import { EmptyState, Loaded } from "../../../ui/async";
import { ButtonLink, TextLink } from "../../../ui/button";
import { Page, Sheet } from "../../../ui/page";
import { Review } from "../../review/review";
import { useTrial } from "../../trial/provider";
import type { Known } from "../../trial/state";
import { ZoneLabels } from "../../zone";
import { labelsOf } from "./document";
import { proposalOf, useDraft } from "./draft";

const BACK = "/zones";

export function ZonesReviewPage() {
  const { t } = useText();
  const { query } = useTrial();
  return (
    <Page narrow title={t("admin.reviewTitle")} lead={t("admin.reviewLead")} above={<TextLink href={BACK}>{t("admin.zones")}</TextLink>}>
      <Loaded query={query}>{(known) => <Reviewed known={known} />}</Loaded>
    </Page>
  );
}

function Reviewed({ known }: { known: Known }) {
  const { t } = useText();
  const [, go] = useLocation();
  const draft = useDraft(known);
  // While it is begun it comes to be what is in force.
  const [had] = useState(draft.isStaged);
  if (!had) {
    return (
      <Sheet>
        <EmptyState title={t("admin.nothingPrepared")} action={<ButtonLink href={BACK}>{t("ui.back")}</ButtonLink>}>
          {t("admin.nothingPreparedText")}
        </EmptyState>
      </Sheet>
    );
  }
  return (
    <ZoneLabels labels={labelsOf(draft.document)}>
      <Review proposal={proposalOf(draft)} back={BACK} onTried={() => go(BACK)} />
    </ZoneLabels>
  );
}
