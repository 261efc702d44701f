// What was staged, reviewed before it is tried.
import { useState } from "react";
import { useLocation } from "wouter";
import { useText } from "../../../i18n";
import { EmptyState } from "../../../ui/async";
import { ButtonLink, TextLink } from "../../../ui/button";
import { Page, Sheet } from "../../../ui/page";
import { Review } from "../../review/review";
import { withParts } from "./document";
import { useStaging } from "./draft";

const BACK = "/rules";

export function RulesReviewPage() {
  const { t } = useText();
  const [, go] = useLocation();
  const { document, etag, inForce, parts, differences, tried } = useStaging();
  // While it is being put on trial it is in force already, and still is what was proposed.
  const [isAny] = useState(differences.count > 0);
  return (
    <Page narrow title={t("admin.reviewTitle")} lead={t("admin.reviewLead")} above={<TextLink href={BACK}>{t("admin.rules")}</TextLink>}>
      {isAny ? (
        <Review
          proposal={{ path: "/settings", body: { document: withParts(document, parts) }, etag }}
          back={BACK}
          onTried={() => {
            tried(inForce, parts);
            go(BACK);
          }}
        />
      ) : (
        <Sheet>
          <EmptyState title={t("admin.nothingPrepared")} action={<ButtonLink href={BACK}>{t("ui.back")}</ButtonLink>}>
            {t("admin.nothingPreparedText")}
          </EmptyState>
        </Sheet>
      )}
    </Page>
  );
}
