// What is prepared, in the box's own sentences, with the way to its review and the way out of it.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLanguage, useText } from "../../../i18n";
import { Loading } from "../../../ui/async";
import { Button, ButtonLink } from "../../../ui/button";
import { Dialog } from "../../../ui/overlay";
import { Actions, Sheet } from "../../../ui/page";
import { Sentences } from "../../review/parts";
import { reviewOf } from "../../review/proposal";
import { Refused } from "../../review/refused";
import { type Draft, proposalOf } from "./draft";

export function Staged({ draft, review = "/zones/review" }: { draft: Draft; review?: string }) {
  const { t } = useText();
  const { language } = useLanguage();
  const { data, error, isFetching, refetch } = useQuery(reviewOf(proposalOf(draft), language));
  const [asks, setAsks] = useState(false);
  return (
    <Sheet title={t("admin.staged")} bare>
      <div role="status">{data === undefined ? isFetching ? <Loading /> : null : <Sentences words={data.preview.words} lists={data.preview.lists} />}</div>
      {error !== null && !isFetching && (
        <div className="p-4 sm:px-5">
          <Refused error={error} retry={() => void refetch()} />
        </div>
      )}
      <div className="border-t border-line px-4 py-3 sm:px-5">
        <Actions>
          <ButtonLink kind="primary" href={review}>
            {t("admin.reviewChange")}
          </ButtonLink>
          <Button onClick={() => setAsks(true)}>{t("admin.discard")}</Button>
          <p className="text-row text-ink-2 max-sm:basis-full">{t("admin.stagedHow")}</p>
        </Actions>
      </div>
      <Dialog
        open={asks}
        onClose={() => setAsks(false)}
        title={t("admin.discardTitle")}
        buttons={
          <>
            <Button onClick={() => setAsks(false)}>{t("ui.keep")}</Button>
            <Button
              kind="destructive-outline"
              onClick={() => {
                setAsks(false);
                draft.discard();
              }}
            >
              {t("admin.discardAll")}
            </Button>
          </>
        }
      >
        <p>{t("admin.discardText")}</p>
      </Dialog>
    </Sheet>
  );
}
