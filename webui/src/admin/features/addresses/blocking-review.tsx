// What is to be blocked, put into the settings in force at this moment, and reviewed before it is tried.
import { useText } from "../../../i18n";
import { KnownReviewPage, Prepared } from "../../review/prepared";
import { blockedOf, isSame, withBlocked } from "./blocking";
import { BLOCKING, useBlocked } from "./frame";

export function BlockingReviewPage() {
  const { t } = useText();
  const { edits: draft, keep } = useBlocked();
  return (
    <KnownReviewPage back={BLOCKING} title={t("admin.blocking.title")} lead={t("admin.blocking.reviewLead")}>
      {({ document, etag }) => (
        <Prepared document={draft === null ? document : withBlocked(document, draft)} etag={etag} isAny={draft !== null && !isSame(draft, blockedOf(document))} back={BLOCKING} onDiscard={() => keep(null)} />
      )}
    </KnownReviewPage>
  );
}
