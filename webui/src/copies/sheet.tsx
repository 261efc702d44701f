// The recovery sheet of a target: shown, carried to paper, and its end typed back from there, so that it is known to be there
// before anybody needs it.
import { useState } from "react";
import { useLocation } from "wouter";
import { call, post } from "../api/client";
import { isProblem, type Problem } from "../api/problem";
import { useText } from "../i18n";
import { useAddressPart } from "../ui/address-part";
import { EmptyState, Loaded } from "../ui/async";
import { Note } from "../ui/badge";
import { Button, ButtonLink, TextLink } from "../ui/button";
import { CodeField } from "../ui/field";
import { Form, ProblemNote, useForm } from "../ui/form";
import { useToast } from "../ui/overlay";
import { Actions, Facts, Page, Sheet } from "../ui/page";
import { QrCode } from "../ui/qr";
import { DateOf } from "../ui/when";
import type { CopySheet, CopyTarget } from "./api";
import { Groups } from "../ui/groups";
import { kindOf } from "./place";
import { COPIES, useCopyTargets, useCopyTargetsAnew } from "./targets";
import { useWhose } from "./whose";

/** A QR code that cameras still read has no more of the text. */
const MOST_QR = 1_800;

const ADDRESS = { rest: "copies.address", sftp: "copies.server", s3: "copies.endpoint" } as const;

function secretOf({ bucket, sftp }: CopySheet) {
  if (sftp?.signIn === "key") return "copies.boxKey";
  return bucket === null ? "copies.password" : "copies.secret";
}

export function CopySheetPage() {
  const { t } = useText();
  const whose = useWhose();
  const id = useAddressPart("id");
  const query = useCopyTargets();
  const [sheet, setSheet] = useState<CopySheet | null>(null);
  const [typing, setTyping] = useState(false);
  return (
    <Page
      narrow
      title={t("copies.sheet")}
      lead={<span className="screen-only">{t(`copies.${whose}.sheetLead`)}</span>}
      above={
        <span className="screen-only">
          <TextLink href={COPIES}>{t("copies.title")}</TextLink>
        </span>
      }
    >
      <Loaded query={query}>
        {({ items }) => {
          const target = items.find((one) => one.id === id);
          if (target === undefined) {
            return (
              <Sheet>
                <EmptyState title={t("copies.gone")} action={<ButtonLink href={COPIES}>{t("ui.back")}</ButtonLink>}>
                  {t("copies.goneText")}
                </EmptyState>
              </Sheet>
            );
          }
          if (sheet === null) return <Ask target={target} onSheet={setSheet} />;
          return typing ? (
            <TypeBack target={target} onShow={() => setTyping(false)} />
          ) : (
            <>
              <Shown sheet={sheet} />
              <div className="screen-only">
                <Actions>
                  <Button icon="print" size="large" onClick={() => window.print()}>
                    {t("copies.print")}
                  </Button>
                  <Button kind="primary" size="large" onClick={() => setTyping(true)}>
                    {t("copies.onPaper")}
                  </Button>
                </Actions>
              </div>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

/** Who looks at it is in the log, so it is not shown by the way. */
function Ask({ target, onSheet }: { target: CopyTarget; onSheet: (sheet: CopySheet) => void }) {
  const { t } = useText();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const show = async () => {
    setBusy(true);
    setProblem(null);
    try {
      onSheet(await post<CopySheet>(`${COPIES}/${target.id}/sheet`));
    } catch (error) {
      if (!isProblem(error)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Sheet title={target.name}>
      <div className="grid justify-items-start gap-4">
        <p className="text-body text-ink-2">{t("copies.sheetAsk")}</p>
        {problem && <ProblemNote problem={problem} />}
        <Button kind="primary" icon="eye" busy={busy} onClick={() => void show()}>
          {t("copies.sheetShow")}
        </Button>
      </div>
    </Sheet>
  );
}

function Shown({ sheet }: { sheet: CopySheet }) {
  const { t } = useText();
  const whose = useWhose();
  const fits = sheet.text.length <= MOST_QR;
  const typed = (text: string) => <span className="font-mono break-all select-all" translate="no">{text}</span>;
  return (
    <Sheet title={sheet.organisation ?? t("ui.product")} aside={<DateOf at={sheet.at} />} footer={t(`copies.${whose}.sheetKeep`)}>
      <div className="grid gap-5">
        <p className="text-body text-ink-2">{t(`copies.${whose}.sheetHow`)}</p>
        {fits ? <QrCode dense text={sheet.text} label={t("copies.qr")} /> : <p className="text-body text-ink-2">{t("copies.noQr")}</p>}
        <Facts
          items={[
            { label: t("copies.name"), value: sheet.name },
            { label: t(ADDRESS[kindOf(sheet)]), value: typed(sheet.address) },
            ...(sheet.sftp === null
              ? []
              : [
                  { label: t("copies.path"), value: typed(sheet.sftp.folder) },
                  { label: t("copies.hostKey"), value: typed(sheet.sftp.hostKey) },
                  { label: t("copies.signIn"), value: t(`copies.signInBy.${sheet.sftp.signIn}`) },
                ]),
            ...(sheet.bucket === null
              ? []
              : [
                  { label: t("copies.region"), value: typed(sheet.bucket.region) },
                  { label: t("copies.bucket"), value: typed(sheet.bucket.name) },
                  ...(sheet.bucket.folder === "" ? [] : [{ label: t("copies.folder"), value: typed(sheet.bucket.folder) }]),
                  { label: t("copies.style"), value: t(`copies.styleOf.${sheet.bucket.style}`) },
                ]),
            { label: t(sheet.bucket === null ? "copies.user" : "copies.keyId"), value: typed(sheet.user) },
            { label: t(secretOf(sheet)), value: typed(sheet.password) },
            { label: t("copies.key"), value: <Groups text={sheet.key} /> },
            ...(sheet.opens === null ? [] : [{ label: t("copies.opens"), value: <Groups text={sheet.opens} /> }]),
          ]}
        />
        {sheet.hasAuthority && <p className="text-body text-ink-2">{t(fits ? "copies.certificateIn" : "copies.certificateToo")}</p>}
        <p className="text-body text-ink-2">{t("copies.stock")}</p>
        <Facts items={[{ label: t("copies.lastWord"), value: <Groups text={sheet.lastWord} /> }]} />
      </div>
    </Sheet>
  );
}

function TypeBack({ target, onShow }: { target: CopyTarget; onShow: () => void }) {
  const { t } = useText();
  const [, go] = useLocation();
  const toast = useToast();
  const anew = useCopyTargetsAnew();
  const form = useForm({
    initial: { lastWord: "" },
    check: (values) => ({ lastWord: values.lastWord.trim() === "" ? t("copies.lastEmpty") : undefined }),
    submit: async (body) => {
      await call("POST", `${COPIES}/${target.id}/sheet/proof`, { body, ifMatch: `"${target.version}"` });
      await anew();
      toast(t("copies.proved"));
      go(COPIES);
    },
  });
  return (
    <Sheet>
      <Form form={form} label={t("copies.sheet")}>
        <Note>{t("copies.typeWhy")}</Note>
        <CodeField label={t("copies.last")} hint={t("copies.lastHint")} field={form.field("lastWord")} maxLength={20} autoFocus />
        <Actions>
          <Button onClick={onShow}>{t("copies.showAgain")}</Button>
          <Button kind="primary" type="submit" busy={form.busy}>
            {t("ui.continue")}
          </Button>
        </Actions>
      </Form>
    </Sheet>
  );
}
