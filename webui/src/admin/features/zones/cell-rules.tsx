// The rules that speak of the two zones of a cell: they are tried before what the cell says.
import { useText } from "../../../i18n";
import { TextLink } from "../../../ui/button";
import type { Rule, Which } from "../rules/document";
import type { Document } from "./document";

export function CellRules(props: { from: string; to: string; document: Document }) {
  const { t } = useText();
  const { from, to, document } = props;
  const isZone = (zone: string) => zone in document.zones && zone !== document.crm.zone;
  if (from === to || !isZone(from) || !(to === "wan" || isZone(to))) return null;
  const rules = (Array.isArray(document.rules) ? document.rules : []) as Rule[];
  const count = rules.filter((rule) => rule.enabled !== false && holds(rule.from.zones, from) && holds(rule.to.zones, to)).length;
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1 border-t border-line px-4 py-3 text-row sm:px-5">
      {count > 0 && (
        <>
          <span className="text-ink-2">{t("admin.cellRules", { count })}</span>
          <TextLink href="/rules">{t("admin.cellSeeRules")}</TextLink>
        </>
      )}
      <TextLink href={`/rules/new?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`}>{t("admin.cellNewRule")}</TextLink>
    </p>
  );
}

function holds(zones: Which<string>, zone: string): boolean {
  return zones === "all" || zones.includes(zone);
}
