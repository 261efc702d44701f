// A document from a file: read here, judged by the box, then reviewed and tried like any other change.
import { useQueryClient } from "@tanstack/react-query";
import { type ChangeEvent, type FormEvent, useState } from "react";
import { useLocation } from "wouter";
import { JsonText } from "../../../api/client";
import { useLanguage, useText } from "../../../i18n";
import { Button, ButtonLink, buttonClass, TextLink } from "../../../ui/button";
import { classes } from "../../../ui/classes";
import { Icon } from "../../../ui/icons";
import { Actions, Page, Sheet } from "../../../ui/page";
import { useAccount } from "../../../ui/session";
import { type FileDraft, fileDraft, keepFileDraft } from "../../review/drafts";
import { NothingPrepared, ReviewPage } from "../../review/prepared";
import { reviewOf } from "../../review/proposal";
import { Refused } from "../../review/refused";
import { Review } from "../../review/review";
import { documentOf, type FileFault, MAX_BYTES } from "./document";

const ALL = "/settings";
const HERE = "/settings/import";

export function ImportPage() {
  const { t } = useText();
  return (
    <Page narrow title={t("admin.importTitle")} lead={t("admin.importLead")} above={<TextLink href={ALL}>{t("admin.settings")}</TextLink>}>
      <FileForm />
    </Page>
  );
}

function FileForm() {
  const { t } = useText();
  const { language } = useLanguage();
  const client = useQueryClient();
  const account = useAccount().id;
  const [, go] = useLocation();
  const [file, setFile] = useState<FileDraft | null>(() => fileDraft(account));
  const [fault, setFault] = useState<FileFault | "none" | null>(null);
  const [refusal, setRefusal] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  const choose = async (event: ChangeEvent<HTMLInputElement>) => {
    const [chosen] = event.target.files ?? [];
    // The same file may be chosen again, once it is mended.
    event.target.value = "";
    if (chosen === undefined) return;
    setRefusal(null);
    const found = chosen.size > MAX_BYTES ? { fault: "tooLarge" as const } : documentOf(await chosen.text());
    if ("fault" in found) {
      setFile(null);
      setFault(found.fault);
      return;
    }
    const draft = { name: chosen.name, text: found.text };
    keepFileDraft(account, draft);
    setFile(draft);
    setFault(null);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    if (file === null) {
      setFault(fault ?? "none");
      return;
    }
    setBusy(true);
    setRefusal(null);
    try {
      await client.fetchQuery({ ...reviewOf({ path: "/settings", body: { document: new JsonText(file.text) }, etag: null }, language), staleTime: 0 });
      go(`${HERE}/review`);
    } catch (error) {
      setRefusal(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Sheet>
        <form noValidate aria-label={t("admin.importTitle")} onSubmit={(event) => void submit(event)} className="grid gap-5">
          <div className="grid justify-items-start gap-2">
            <label className={classes(buttonClass({}), "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent")}>
              <Icon name="upload" />
              {t(file === null ? "admin.chooseFile" : "admin.chooseOther")}
              <input type="file" accept=".json,application/json" aria-describedby="file-below" aria-invalid={fault !== null || undefined} onChange={(event) => void choose(event)} className="sr-only" />
            </label>
            <p id="file-below" role="status" className={classes("min-w-0 text-row break-words", fault === null ? "text-ink-2" : "flex items-start gap-1.5 text-bad")}>
              {fault !== null && <Icon name="octagonCross" className="mt-0.5 size-4" />}
              {fault !== null ? t(`admin.file.${fault}`) : file === null ? t("admin.fileHint") : t("admin.fileChosen", { name: file.name })}
            </p>
          </div>
          <Actions>
            <Button kind="primary" type="submit" busy={busy}>
              {t("admin.reviewChange")}
            </Button>
            <ButtonLink href={ALL}>{t("ui.back")}</ButtonLink>
          </Actions>
        </form>
      </Sheet>
      {refusal !== null && <Refused error={refusal} isFile retry={() => setRefusal(null)} />}
    </>
  );
}

export function ImportReviewPage() {
  const { t } = useText();
  const account = useAccount().id;
  const [, go] = useLocation();
  const [file] = useState(() => fileDraft(account));
  return (
    <ReviewPage back={HERE} title={t("admin.importTitle")}>
      {file === null ? (
        <NothingPrepared back={HERE} />
      ) : (
        <Review proposal={{ path: "/settings", body: { document: new JsonText(file.text) }, etag: null }} back={HERE} onTried={() => go(ALL)} />
      )}
    </ReviewPage>
  );
}
