// What is said of the two zones of a cell beside what the cell says, each with the way there.
import { useText } from "../../../i18n";
import { TextLink } from "../../../ui/button";
import { useZoneName } from "../../zone";
import { type Document, isPolicy } from "./document";
import { exceptionsOf } from "./exceptions";

export function CellRules(props: { from: string; to: string; document: Document }) {
  const { t } = useText();
  const name = useZoneName();
  const { from, to, document } = props;
  const { rules, published, ways } = exceptionsOf(document, from, to);
  const canRule = isPolicy(document, from, to);
  if (!canRule && published + ways === 0) return null;
  return (
    <div className="flex flex-wrap gap-x-4 gap-y-1 border-t border-line px-4 py-3 text-row sm:px-5">
      {rules > 0 && (
        <>
          <span className="text-ink-2">{t("admin.cellRules", { count: rules })}</span>
          <TextLink href="/rules">{t("admin.cellSeeRules")}</TextLink>
        </>
      )}
      {published > 0 && (
        <>
          <span className="text-ink-2">{t("admin.cellPublished", { count: published, to: name(to) })}</span>
          <TextLink href="/publish">{t("admin.publish")}</TextLink>
        </>
      )}
      {ways > 0 && (
        <>
          <span className="text-ink-2">{t("admin.cellWays", { count: ways })}</span>
          <TextLink href="/egress">{t("admin.egress.title")}</TextLink>
        </>
      )}
      {canRule && <TextLink href={`/rules/new?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`}>{t("admin.cellNewRule")}</TextLink>}
    </div>
  );
}
