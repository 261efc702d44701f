// What a page shows before, instead of, and around its data: loading, slow, failed, empty.
import type { UseQueryResult } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { isProblem } from "../api/problem";
import { useText } from "../i18n";
import { useAnswers } from "./answering";
import { Button } from "./button";
import { Icon } from "./icons";
import { useProblemText } from "./problem-text";

const SLOW_MS = 4_000;

/** Nothing for a moment, then a word, then a sentence: a quick answer never flickers. Of a box that does not answer
    at all, the notice above the page says so. */
export function Loading() {
  const { t } = useText();
  const answers = useAnswers();
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!answers) return null;
  return (
    <p role="status" className="late px-4 py-8 text-center text-body text-ink-2">
      {slow ? t("ui.slow") : t("ui.loading")}
    </p>
  );
}

export function LoadFailed(props: { error: unknown; retry: () => void }) {
  const { t } = useText();
  const sentence = useProblemText();
  // What is shown of a query is asked for again as soon as the box answers.
  const text = isProblem(props.error, "network") ? t("ui.noAnswerPage") : isProblem(props.error) ? sentence(props.error) : t("ui.notUnderstood");
  return (
    <div role="alert" className="grid justify-items-start gap-3 rounded-sheet border border-line bg-sheet px-4 py-5 sm:px-5">
      <p className="flex items-start gap-2 text-body text-bad">
        <Icon name="octagonCross" className="mt-1 size-4" />
        <span>{text}</span>
      </p>
      <Button icon="refresh" onClick={props.retry}>
        {t("ui.tryAgain")}
      </Button>
    </div>
  );
}

/** Says that what is shown may be old, unless the page has its own word on why. */
function NotFresh<T>({ query }: { query: UseQueryResult<T> }) {
  const { t } = useText();
  if (!query.isRefetchError || isProblem(query.error, "sign-in") || isProblem(query.error, "deleted")) return null;
  return (
    <p role="status" className="flex flex-wrap items-center gap-2 text-row text-warn">
      <Icon name="triangle" />
      {t("ui.notFresh")}
      <Button size="row" onClick={() => void query.refetch()}>
        {t("ui.tryAgain")}
      </Button>
    </p>
  );
}

/** Shows the data of a query, or what stands for it; old data stays while new is fetched. `instead` is shown when
    there is none, and keeps its place when there comes some. */
export function Loaded<T>(props: { query: UseQueryResult<T>; instead?: T; children: (data: T) => ReactNode }) {
  const { query } = props;
  // Null is data: nobody is signed in.
  const data = query.data === undefined ? props.instead : query.data;
  if (data !== undefined) {
    return (
      <>
        <NotFresh query={query} />
        {props.children(data)}
      </>
    );
  }
  if (query.isError && !query.isFetching) return <LoadFailed error={query.error} retry={() => void query.refetch()} />;
  return <Loading />;
}

/** What will be here, why it is not yet, one button. No drawing. */
export function EmptyState(props: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="grid justify-items-center gap-2 px-4 py-10 text-center">
      <p className="text-section font-semibold text-ink">{props.title}</p>
      <p className="max-w-prose text-body text-ink-2">{props.children}</p>
      {props.action && <div className="mt-2">{props.action}</div>}
    </div>
  );
}
