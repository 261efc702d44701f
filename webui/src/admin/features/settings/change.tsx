// One change of the history, and the way back to the settings before or after it: a change like any other, reviewed and
// tried.
import { useQuery } from "@tanstack/react-query";
import { useLocation, useParams } from "wouter";
import { read } from "../../../api/client";
import { useLanguage, useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { ButtonLink, TextLink } from "../../../ui/button";
import { Actions, Facts, Page, Sheet } from "../../../ui/page";
import { When } from "../../../ui/when";
import type { HistoryEntry } from "../../api";
import { Sentences } from "../../review/parts";
import { ReviewPage } from "../../review/prepared";
import { Review } from "../../review/review";
import { useTrial } from "../../trial/provider";
import { HISTORY } from "../../trial/state";
import { sameDocument } from "./document";
import { Outcome } from "./outcome";

const ALL = "/settings";

function useChange() {
  const { id = "" } = useParams<{ id: string }>();
  const { language } = useLanguage();
  const query = useQuery({ queryKey: [HISTORY, language, id], queryFn: ({ signal }) => read<HistoryEntry>(`/settings/history/${encodeURIComponent(id)}`, signal) });
  return { query, address: `${ALL}/change/${encodeURIComponent(id)}` };
}

export function ChangePage() {
  const { t } = useText();
  const { query, address } = useChange();
  return (
    <Page narrow title={t("admin.change")} above={<TextLink href={ALL}>{t("admin.settings")}</TextLink>}>
      <Loaded query={query}>{(entry) => <Change entry={entry} address={address} />}</Loaded>
    </Page>
  );
}

function Change({ entry, address }: { entry: HistoryEntry; address: string }) {
  const { t } = useText();
  const { query, trial } = useTrial();
  const isKept = entry.outcome === "kept";
  const inForce = query.data?.document;
  const isNow = inForce !== undefined && sameDocument(inForce, entry.document);
  const wasNow = inForce !== undefined && sameDocument(inForce, entry.before);
  return (
    <>
      <Sheet>
        <Facts
          items={[
            { label: t("admin.outcome"), value: <Outcome item={entry} /> },
            { label: t("admin.when"), value: <When at={entry.at} /> },
            { label: t("admin.by"), value: entry.by ?? t("admin.byBox") },
            ...(entry.reason === "" ? [] : [{ label: t("admin.reason"), value: entry.reason }]),
          ]}
        />
      </Sheet>
      <Sheet title={t("admin.whatChanged")} bare>
        {entry.words.length === 0 ? <p className="px-4 py-3 text-body text-ink-2 sm:px-5">{t("admin.noWords")}</p> : <Sentences words={entry.words} lists={entry.lists} />}
      </Sheet>
      {trial === null && inForce !== undefined && (
        <>
          {isNow && <p className="text-body text-ink-2">{t("admin.changeIsInForce")}</p>}
          <Actions>
            {!isNow && (
              <ButtonLink kind="primary" href={`${address}/again`} icon={isKept ? "undo" : undefined}>
                {t(isKept ? "admin.goBackTo" : "admin.tryAgain")}
              </ButtonLink>
            )}
            {isKept && !wasNow && (
              <ButtonLink kind={isNow ? "primary" : "plain"} href={`${address}/before`} icon="undo">
                {t("admin.goBackBefore")}
              </ButtonLink>
            )}
          </Actions>
        </>
      )}
    </>
  );
}

/** The review of going back: to the settings that the change made, or to those before it. */
export function GoBackPage({ to }: { to: "document" | "before" }) {
  const { t } = useText();
  const { query, address } = useChange();
  const [, go] = useLocation();
  return (
    <ReviewPage back={address} title={t("admin.change")}>
      <Loaded query={query}>{(entry) => <Review proposal={{ path: "/settings", body: { document: entry[to] }, etag: null }} back={address} onTried={() => go(ALL)} />}</Loaded>
    </ReviewPage>
  );
}
