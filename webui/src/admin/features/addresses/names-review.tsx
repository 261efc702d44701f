// Who is to be asked for names, put into the settings in force at this moment, and reviewed before it is tried.
import { useMemo } from "react";
import { useLocation } from "wouter";
import { useText } from "../../../i18n";
import { EmptyState, Loaded } from "../../../ui/async";
import { ButtonLink, TextLink } from "../../../ui/button";
import { Page, Sheet } from "../../../ui/page";
import { Review } from "../../review/review";
import type { Known } from "../../trial/state";
import { useTrial } from "../../trial/provider";
import { useAskedDraft } from "./asked-draft";
import { type Asked, askedOf, isSame, withAsked } from "./dns";
import { NAMES } from "./frame";

export function NamesReviewPage() {
  const { t } = useText();
  const { query } = useTrial();
  const { draft } = useAskedDraft();
  return (
    <Page narrow title={t("admin.reviewTitle")} lead={t("admin.dns.reviewLead")} above={<TextLink href={NAMES}>{t("admin.dns.title")}</TextLink>}>
      <Loaded query={query}>{(settings) => <Prepared settings={settings} draft={draft} />}</Loaded>
    </Page>
  );
}

function Prepared({ settings, draft }: { settings: Known; draft: Asked | null }) {
  const { t } = useText();
  const [, go] = useLocation();
  const { document, etag } = settings;
  const proposal = useMemo(() => ({ path: "/settings" as const, body: { document: draft === null ? document : withAsked(document, draft) }, etag }), [document, draft, etag]);
  if (draft === null || isSame(draft, askedOf(document))) {
    return (
      <Sheet>
        <EmptyState title={t("admin.nothingPrepared")} action={<ButtonLink href={NAMES}>{t("ui.back")}</ButtonLink>}>
          {t("admin.nothingPreparedText")}
        </EmptyState>
      </Sheet>
    );
  }
  return <Review key={etag} proposal={proposal} back={NAMES} onTried={() => go(NAMES)} />;
}
