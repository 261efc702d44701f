// What is prepared, in the box's own sentences, with the way to its review and the way out of it.
import { useQuery } from "@tanstack/react-query";
import { useLanguage, useText } from "../../../i18n";
import { Loading } from "../../../ui/async";
import { ButtonLink } from "../../../ui/button";
import { Actions, Sheet } from "../../../ui/page";
import { Discard } from "../../review/discard";
import { Sentences } from "../../review/parts";
import { reviewOf } from "../../review/proposal";
import { Refused } from "../../review/refused";
import { type Draft, proposalOf } from "./draft";

export function Staged({ draft, review = "/zones/review" }: { draft: Draft; review?: string }) {
  const { t } = useText();
  const { language } = useLanguage();
  const { data, error, isFetching, refetch } = useQuery(reviewOf(proposalOf(draft), language));
  return (
    <Sheet title={t("admin.staged")} bare>
      <div role="status">{data === undefined ? isFetching ? <Loading /> : null : <Sentences words={data.preview.words} lists={data.preview.lists} />}</div>
      {error !== null && !isFetching && (
        <div className="p-4 sm:px-5">
          <Refused error={error} of={draft.document} retry={() => void refetch()} />
        </div>
      )}
      <div className="border-t border-line px-4 py-3 sm:px-5">
        <Actions>
          <ButtonLink kind="primary" href={review}>
            {t("admin.reviewChange")}
          </ButtonLink>
          <Discard onDiscard={draft.discard} />
          <p className="text-row text-ink-2 max-sm:basis-full">{t("admin.stagedHow")}</p>
        </Actions>
      </div>
    </Sheet>
  );
}
