// What was picked for the CRM, reviewed before it is tried.
import { useState } from "react";
import { useLocation } from "wouter";
import { useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { useAccount } from "../../../ui/session";
import { reachOf } from "../../reach-list";
import { accessDraft, forgetAccessDraft } from "../../review/drafts";
import { NothingPrepared, ReviewPage } from "../../review/prepared";
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
    <ReviewPage back={BACK} title={t("admin.access")}>
      {draft === null ? (
        <NothingPrepared back={BACK} />
      ) : (
        <Loaded query={query}>
          {(answer) => (
            <Review
              proposal={{ path: "/crm-access", body: { reachableFrom: reachOf(draft.choices) }, etag: draft.etag }}
              back={BACK}
              present={<Present access={answer.data} />}
              onTried={() => go(BACK)}
              onDiscard={() => {
                forgetAccessDraft();
                go(BACK);
              }}
            />
          )}
        </Loaded>
      )}
    </ReviewPage>
  );
}
