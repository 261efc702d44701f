// What is staged on a page: told there with the way to its review, and that review, of the settings in force at this
// moment with what is staged in them.
import { type ReactNode, useState } from "react";
import { useLocation } from "wouter";
import { useText } from "../../i18n";
import { EmptyState, Loaded } from "../../ui/async";
import { Note } from "../../ui/badge";
import { Button, ButtonLink, TextLink } from "../../ui/button";
import { Page, Sheet } from "../../ui/page";
import type { SettingsDocument } from "../api";
import { useTrial } from "../trial/provider";
import type { Known } from "../trial/state";
import { Review } from "./review";

/** Stands above what it is about. */
export function Waiting(props: { children: string; review: string; onDrop: () => void }) {
  const { t } = useText();
  return (
    <Note state="needs-you" role="status">
      <p>{props.children}</p>
      <div className="mt-2 flex flex-wrap gap-2">
        <ButtonLink kind="primary" href={props.review}>
          {t("admin.reviewChange")}
        </ButtonLink>
        <Button icon="undo" onClick={props.onDrop}>
          {t("admin.dhcp.drop")}
        </Button>
      </div>
    </Note>
  );
}

/** The page of a review; `back` is where it was staged, `title` what that is called. */
export function ReviewPage(props: { back: string; title: string; lead?: string; children: ReactNode }) {
  const { t } = useText();
  return (
    <Page narrow title={t("admin.reviewTitle")} lead={props.lead ?? t("admin.reviewLead")} above={<TextLink href={props.back}>{props.title}</TextLink>}>
      {props.children}
    </Page>
  );
}

/** With the settings in force, once they are known. */
export function KnownReviewPage(props: { back: string; title: string; lead?: string; children: (known: Known) => ReactNode }) {
  const { query } = useTrial();
  return (
    <ReviewPage back={props.back} title={props.title} lead={props.lead}>
      <Loaded query={query}>{props.children}</Loaded>
    </ReviewPage>
  );
}

export function Prepared(props: { document: SettingsDocument; etag: string | null; isAny: boolean; back: string; onTried?: () => void; onDiscard: () => void }) {
  const [, go] = useLocation();
  const { document, etag, back } = props;
  // While it is being put on trial it comes to be what is in force, and still is what was proposed.
  const [had] = useState(props.isAny);
  if (!had) return <NothingPrepared back={back} />;
  return (
    <Review
      proposal={{ path: "/settings", body: { document }, etag }}
      back={back}
      onTried={() => {
        props.onTried?.();
        go(back);
      }}
      onDiscard={() => {
        props.onDiscard();
        go(back);
      }}
    />
  );
}

export function NothingPrepared({ back }: { back: string }) {
  const { t } = useText();
  return (
    <Sheet>
      <EmptyState title={t("admin.nothingPrepared")} action={<ButtonLink href={back}>{t("ui.back")}</ButtonLink>}>
        {t("admin.nothingPreparedText")}
      </EmptyState>
    </Sheet>
  );
}
