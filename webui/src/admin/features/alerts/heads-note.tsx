// What it means for the log when no head of it leaves the box; nothing where one does.
import { useText } from "../../../i18n";
import { Note } from "../../../ui/badge";
import { TextLink } from "../../../ui/button";
import { NextSentence } from "../../../ui/next-sentence";
import { TARGETS } from "./frame";
import { useTargets } from "./targets";

export function HeadsNote() {
  const { t } = useText();
  const { data } = useTargets();
  if (data === undefined || data.items.some((one) => one.heads)) return null;
  return (
    <Note state="needs-you">
      {t("admin.targets.noHeads")}
      <NextSentence />
      <TextLink href={TARGETS}>{t("admin.targets.title")}</TextLink>
    </Note>
  );
}
