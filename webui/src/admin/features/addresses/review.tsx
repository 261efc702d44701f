// What is staged of fixed addresses, put into the settings in force at this moment, and reviewed before it is tried.
import { useText } from "../../../i18n";
import { KnownReviewPage, Prepared } from "../../review/prepared";
import { FIXED, useEdits } from "./frame";
import { pendingOf, withEdits } from "./reservations";

export function AddressesReviewPage() {
  const { t } = useText();
  const { edits, keep } = useEdits();
  return (
    <KnownReviewPage back={FIXED} title={t("admin.dhcp.title")}>
      {({ document, etag }) => <Prepared document={withEdits(document, edits)} etag={etag} isAny={pendingOf(document, edits).length > 0} back={FIXED} onDiscard={() => keep([])} />}
    </KnownReviewPage>
  );
}
