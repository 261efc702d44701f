// Where copies of the CRM go, how they do, and what each target really protects from.
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import { call, post } from "../api/client";
import { isProblem, type Problem } from "../api/problem";
import { useLanguage, useText } from "../i18n";
import { bytesText } from "../ui/amount";
import { EmptyState, Loaded } from "../ui/async";
import { Badge, Note } from "../ui/badge";
import { Button, ButtonLink, TextLink } from "../ui/button";
import { ProblemNote } from "../ui/form";
import { Icon } from "../ui/icons";
import { NextSentence } from "../ui/next-sentence";
import { Dialog, useToast } from "../ui/overlay";
import { Facts, Page, Sheet } from "../ui/page";
import { When } from "../ui/when";
import type { CopyTarget } from "./api";
import { COPIES, stateOf, useCopyTargets, useCopyTargetsAnew } from "./targets";
import { useWhose } from "./whose";

/** `more` stands beside the button for a new target, once there is one. */
export function CopiesPage({ more }: { more?: ReactNode }) {
  const { t } = useText();
  const whose = useWhose();
  const query = useCopyTargets();
  const add = (kind?: "primary") => (
    <ButtonLink kind={kind} icon="plus" href={`${COPIES}/new`}>
      {t("copies.add")}
    </ButtonLink>
  );
  const count = query.data?.items.length ?? 0;
  const isFull = query.data !== undefined && count >= query.data.most;
  return (
    <Page narrow title={t("copies.title")} lead={t(`copies.${whose}.lead`)} actions={
        count > 0 && (
          <>
            {more}
            {!isFull && add()}
          </>
        )
      }
    >
      <Loaded query={query}>
        {({ items, most }) => (
          <>
            {items.length === 0 && <Note state="open">{t(`copies.${whose}.nobody`)}</Note>}
            {isFull && <Note>{t("copies.full", { count: most })}</Note>}
            {items.length === 0 ? (
              <Sheet bare>
                <EmptyState title={t("copies.none")} action={add("primary")}>
                  {t("copies.noneText")}
                </EmptyState>
              </Sheet>
            ) : (
              items.map((one) => <Target key={one.id} target={one} />)
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** Where it is, in a line. */
function placeOf({ address, bucket, sftp }: CopyTarget): string {
  if (sftp !== null) return `${address}${sftp.folder.startsWith("/") ? "" : "/"}${sftp.folder}`;
  return bucket === null ? address : [address, bucket.name, bucket.folder].filter((one) => one !== "").join("/");
}

function Target({ target }: { target: CopyTarget }) {
  const { t } = useText();
  const anew = useCopyTargetsAnew();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const [asks, setAsks] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { name } = target;
  const path = `${COPIES}/${target.id}`;
  const does = async (work: () => Promise<unknown>, done: string) => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
      toast(done);
      await anew();
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const remove = () => {
    setAsks(false);
    void does(() => call("DELETE", path, { ifMatch: `"${target.version}"` }), t("copies.removed", { name }));
  };
  return (
    <Sheet
      title={
        <Link href={path} className="break-words hover:text-accent">
          {name}
        </Link>
      }
      aside={<span className="wrap-anywhere">{placeOf(target)}</span>}
    >
      <div className="grid gap-4">
        {target.sheet === null && (
          <Note state="open">
            {t("copies.noSheet")}
            <NextSentence />
            <TextLink href={`${path}/sheet`}>{t("copies.printSheet")}</TextLink>
          </Note>
        )}
        <Facts
          items={[
            { label: t("copies.copy"), value: <State target={target} /> },
            ...(target.publicKey === null ? [] : [{ label: t("copies.publicKey"), value: <PublicKey line={target.publicKey} /> }]),
            { label: t("copies.protects"), value: <Protects target={target} /> },
            { label: t("copies.drill"), value: <Drill target={target} /> },
            ...(target.sheet === null
              ? []
              : [
                  {
                    label: t("copies.sheet"),
                    value: (
                      <>
                        {t("copies.printed")}
                        <When at={target.sheet} within />
                        <NextSentence />
                        <TextLink href={`${path}/sheet`}>{t("copies.sheetAgain")}</TextLink>
                      </>
                    ),
                  },
                ]),
          ]}
        />
        {problem && <ProblemNote problem={problem} />}
        <div className="flex flex-wrap gap-2">
          <Button size="row" icon="upload" busy={busy} onClick={() => void does(() => post(`${path}/copy`), t("copies.asked", { name }))} aria-label={t("copies.copyNamed", { name })}>
            {t("copies.copyNow")}
          </Button>
          <Button size="row" icon="refresh" disabled={target.good === null} onClick={() => void does(() => post(`${path}/drill`), t("copies.drillAsked", { name }))} aria-label={t("copies.drillNamed", { name })}>
            {t("copies.drillNow")}
          </Button>
          <Button size="row" kind="quiet" onClick={() => setAsks(true)} aria-label={t("copies.removeNamed", { name })}>
            <Icon name="trash" />
          </Button>
        </div>
      </div>
      <Dialog
        open={asks}
        onClose={() => setAsks(false)}
        title={t("copies.removeTitle", { name })}
        buttons={
          <>
            <Button onClick={() => setAsks(false)}>{t("ui.back")}</Button>
            <Button kind="destructive" onClick={remove}>
              {t("copies.remove")}
            </Button>
          </>
        }
      >
        <p>{t("copies.removeText")}</p>
      </Dialog>
    </Sheet>
  );
}

/** What its server has to be told before the box gets in. */
function PublicKey({ line }: { line: string }) {
  const { t } = useText();
  return (
    <div className="grid gap-1">
      <p className="text-row text-ink-2">{t("copies.publicKeyHint")}</p>
      <p className="font-mono break-all select-all" translate="no">
        {line}
      </p>
    </div>
  );
}

function State({ target }: { target: CopyTarget }) {
  const { t } = useText();
  const { language } = useLanguage();
  const { failing, good, copied, doing, next } = target;
  const state = stateOf(target);
  return (
    <div role="status" className="grid gap-1">
      {state === "failing" && failing !== null && (
        <p className="break-words">
          <Badge plain state="open">
            {t("copies.failing")}
          </Badge>{" "}
          {t(`copies.why.${failing.why}`)}
          <NextSentence />
          {t("copies.tried")}
          <When at={failing.last} within />
        </p>
      )}
      {state === "never" && (
        <p>
          <Badge plain state="unknown">
            {t("copies.never")}
          </Badge>
        </p>
      )}
      {good !== null && (
        <p>
          <Badge plain state={state === "good" ? "proven" : "open"}>
            {t(state === "good" ? "copies.good" : "copies.late")}
          </Badge>{" "}
          {t("copies.asOf")}
          <When at={good} within />
        </p>
      )}
      {copied !== null && (
        <p className="text-row text-ink-2">
          {t("copies.sent", { size: bytesText(copied.sent, language) })}
          <When at={copied.at} within />
        </p>
      )}
      {doing !== null ? (
        <p className="text-row text-ink-2">{t(`copies.doing.${doing}`)}</p>
      ) : (
        next !== null && (
          <p className="text-row text-ink-2">
            {t("copies.next")}
            <When at={next} within />
          </p>
        )
      )}
    </div>
  );
}

/** What the box tried, not what somebody said of the target. */
function Protects({ target }: { target: CopyTarget }) {
  const { t } = useText();
  const { protection, tried } = target;
  return (
    <div className="grid gap-1">
      {protection === null ? (
        <p>
          <Badge plain state="unknown">
            {t("copies.untried")}
          </Badge>
        </p>
      ) : (
        <p>
          <Badge plain state={protection === "deletes" ? "needs-you" : "proven"}>
            {t(`copies.protection.${protection}`)}
          </Badge>{" "}
          {t(protection === "deletes" && target.sftp !== null ? "copies.protectionText.deletesSftp" : `copies.protectionText.${protection}`)}
        </p>
      )}
      {tried !== null && (
        <p className="text-row text-ink-2">
          {t("copies.triedAt")}
          <When at={tried} within />
        </p>
      )}
      {target.oldKeysKept && <p className="text-row text-ink-2">{t("copies.oldKeys")}</p>}
      {target.notCleared !== null && protection !== "append-only" && (
        <p className="text-row text-ink-2">
          {t("copies.notCleared")}
          <NextSentence />
          {t(`copies.why.${target.notCleared}`)}
        </p>
      )}
    </div>
  );
}

function Drill({ target }: { target: CopyTarget }) {
  const { t } = useText();
  const whose = useWhose();
  const { drill, drillFailed } = target;
  return (
    <div className="grid gap-1">
      {drill === null ? (
        <p>
          <Badge plain state="unknown">
            {t("copies.undrilled")}
          </Badge>
        </p>
      ) : (
        <p>
          <Badge plain state={drill.good ? "proven" : "open"}>
            {t(drill.good ? "copies.drillGood" : "copies.drillBad")}
          </Badge>{" "}
          {t(drill.good ? `copies.${whose}.drillGoodText` : `copies.${whose}.drillBadText`, { count: whose === "crm" ? drill.contacts : drill.accounts })}
        </p>
      )}
      {drill !== null && (
        <p className="text-row text-ink-2">
          {t("copies.drilledAt")}
          <When at={drill.at} within />
        </p>
      )}
      {drill !== null && drill.faults.length > 0 && (
        <details className="text-row text-ink-2">
          <summary className="cursor-pointer">{t("copies.faults")}</summary>
          <ul className="mt-1 grid gap-1 font-mono break-words" translate="no">
            {drill.faults.map((one) => (
              <li key={one} className="wrap-anywhere">
                {one}
              </li>
            ))}
          </ul>
        </details>
      )}
      {drillFailed !== null && (
        <p className="text-row text-ink-2">
          {t("copies.drillFailed")}
          <NextSentence />
          {t(`copies.why.${drillFailed.why}`)}
        </p>
      )}
    </div>
  );
}
