// Who is to be asked for names, put into the settings in force at this moment, and reviewed before it is tried.
import { useText } from "../../../i18n";
import { KnownReviewPage, Prepared } from "../../review/prepared";
import { askedOf, isSame, withAsked } from "./dns";
import { NAMES, useAsked } from "./frame";

export function NamesReviewPage() {
  const { t } = useText();
  const { edits: asked, keep } = useAsked();
  return (
    <KnownReviewPage back={NAMES} title={t("admin.dns.title")} lead={t("admin.dns.reviewLead")}>
      {({ document, etag }) => (
        <Prepared document={asked === null ? document : withAsked(document, asked)} etag={etag} isAny={asked !== null && !isSame(asked, askedOf(document))} back={NAMES} onDiscard={() => keep(null)} />
      )}
    </KnownReviewPage>
  );
}
