// What was staged, reviewed before it is tried.
import { useText } from "../../../i18n";
import { Prepared, ReviewPage } from "../../review/prepared";
import { withParts } from "./document";
import { useStaging } from "./draft";

const BACK = "/rules";

export function RulesReviewPage() {
  const { t } = useText();
  const { document, etag, inForce, parts, differences, tried, discard } = useStaging();
  return (
    <ReviewPage back={BACK} title={t("admin.rules")}>
      <Prepared document={withParts(document, parts)} etag={etag} isAny={differences.count > 0} back={BACK} onTried={() => tried(inForce, parts)} onDiscard={discard} />
    </ReviewPage>
  );
}
