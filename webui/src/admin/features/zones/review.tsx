// All that was staged on the pages of zones, reviewed before it is tried.
import { useText } from "../../../i18n";
import { KnownReviewPage, Prepared } from "../../review/prepared";
import type { Known } from "../../trial/state";
import { ZoneLabels } from "../../zone";
import { labelsShown } from "./document";
import { useDraft } from "./draft";

export function ZonesReviewPage() {
  return <DraftReview back="/zones" title="admin.zones" />;
}

/** `back`: the page that it was staged at, and what that is called. */
export function DraftReview({ back, title }: { back: string; title: "admin.zones" | "admin.publish" }) {
  const { t } = useText();
  return (
    <KnownReviewPage back={back} title={t(title)}>
      {(known) => <OfDraft known={known} back={back} />}
    </KnownReviewPage>
  );
}

function OfDraft({ known, back }: { known: Known; back: string }) {
  const draft = useDraft(known);
  return (
    <ZoneLabels labels={labelsShown(draft.now, draft.document)}>
      <Prepared document={draft.document} etag={draft.etag} isAny={draft.isStaged} back={back} onDiscard={draft.discard} />
    </ZoneLabels>
  );
}
