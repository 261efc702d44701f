// What is staged of destinations, put into the settings in force at this moment, and reviewed before it is tried.
import { useText } from "../../../i18n";
import { KnownReviewPage, Prepared } from "../../review/prepared";
import { pendingOf, withEdits } from "./destinations";
import { HOME, useEdits } from "./edits";

export function EgressReviewPage() {
  const { t } = useText();
  const { edits, keep } = useEdits();
  return (
    <KnownReviewPage back={HOME} title={t("admin.egress.title")}>
      {({ document, etag }) => <Prepared document={withEdits(document, edits)} etag={etag} isAny={pendingOf(document, edits).length > 0} back={HOME} onDiscard={() => keep([])} />}
    </KnownReviewPage>
  );
}
