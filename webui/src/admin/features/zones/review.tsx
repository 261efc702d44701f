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

export function ZonesReviewPage() {
  return <PreparedReview back="/zones" title="admin.zones" />;
}

/** `back`: the page that it was prepared at, and what that is called. */
export function PreparedReview({ back, title }: { back: string; title: "admin.zones" | "admin.publish" }) {
  const { t } = useText();
  const { query } = useTrial();
  return (
    <Page narrow title={t("admin.reviewTitle")} lead={t("admin.reviewLead")} above={<TextLink href={back}>{t(title)}</TextLink>}>
      <Loaded query={query}>{(known) => <Reviewed known={known} back={back} />}</Loaded>
    </Page>
  );
}

function Reviewed({ known, back }: { known: Known; back: string }) {
  const { t } = useText();
  const [, go] = useLocation();
  const draft = useDraft(known);
  // While it is begun it comes to be what is in force.
  const [had] = useState(draft.isStaged);
  if (!had) {
    return (
      <Sheet>
        <EmptyState title={t("admin.nothingPrepared")} action={<ButtonLink href={back}>{t("ui.back")}</ButtonLink>}>
          {t("admin.nothingPreparedText")}
        </EmptyState>
      </Sheet>
    );
  }
  return (
    <ZoneLabels labels={labelsOf(draft.document)}>
      <Review proposal={proposalOf(draft)} back={back} onTried={() => go(back)} />
    </ZoneLabels>
  );
}
