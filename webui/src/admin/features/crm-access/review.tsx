// What was picked for the CRM, reviewed before it is tried.
import { useState } from "react";
import { useLocation } from "wouter";
import { useText } from "../../../i18n";
import { EmptyState, Loaded } from "../../../ui/async";
import { ButtonLink, TextLink } from "../../../ui/button";
import { Page, Sheet } from "../../../ui/page";
import { useAccount } from "../../../ui/session";
import { reachOf } from "../../reach-list";
import { accessDraft } from "../../review/drafts";
import { Review } from "../../review/review";
import { useCrmAccess } from "./page";
import { Present } from "./present";

const BACK = "/crm-access";

export function CrmAccessReviewPage() {
  const { t } = useText();
  const account = useAccount().id;
  const [, go] = useLocation();
  const query = useCrmAccess();
  const [draft] = useState(() => accessDraft(account));
  return (
    <Page narrow title={t("admin.reviewTitle")} lead={t("admin.reviewLead")} above={<TextLink href={BACK}>{t("admin.access")}</TextLink>}>
      {draft === null ? (
        <Sheet>
          <EmptyState title={t("admin.nothingPrepared")} action={<ButtonLink href={BACK}>{t("ui.back")}</ButtonLink>}>
            {t("admin.nothingPreparedText")}
          </EmptyState>
        </Sheet>
      ) : (
        <Loaded query={query}>
          {(answer) => (
            <Review
              proposal={{ path: "/crm-access", body: { reachableFrom: reachOf(draft.choices) }, etag: draft.etag }}
              back={BACK}
              present={<Present access={answer.data} />}
              onTried={() => go(BACK)}
            />
          )}
        </Loaded>
      )}
    </Page>
  );
}
