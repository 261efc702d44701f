// A device into quarantine, or out of it: a change of the settings like any other, reviewed and tried.
import { useLocation, useSearch } from "wouter";
import { useText } from "../../../i18n";
import { EmptyState, Loaded } from "../../../ui/async";
import { ButtonLink, TextLink } from "../../../ui/button";
import { Page, Sheet } from "../../../ui/page";
import { Review } from "../../review/review";
import { useTrial } from "../../trial/provider";
import { withQuarantine, wantedOf } from "./quarantine-document";
import { HOME } from "./seen";

export function QuarantinePage() {
  const { t } = useText();
  const search = useSearch();
  const [, go] = useLocation();
  const { query } = useTrial();
  const wanted = wantedOf(search);
  const title = t(wanted?.into === false ? "admin.quarantineOutTitle" : "admin.quarantineInTitle");
  const lead = t(wanted?.into === false ? "admin.quarantineOutLead" : "admin.quarantineInLead");
  return (
    <Page narrow title={title} lead={lead} above={<TextLink href={HOME}>{t("admin.devices")}</TextLink>}>
      {wanted === null ? (
        <Sheet>
          <EmptyState title={t("admin.nothingPrepared")} action={<ButtonLink href={HOME}>{t("ui.back")}</ButtonLink>}>
            {t("admin.nothingPreparedText")}
          </EmptyState>
        </Sheet>
      ) : (
        <Loaded query={query}>
          {(settings) => <Review proposal={{ path: "/settings", body: { document: withQuarantine(settings.document, wanted.mac, wanted.into) }, etag: settings.etag }} back={HOME} onTried={() => go(HOME)} />}
        </Loaded>
      )}
    </Page>
  );
}
