// What a review consists of: the changes in sentences, what the box finds in the new rules, and the rules themselves.
import { useText } from "../../i18n";
import { Badge, type State } from "../../ui/badge";
import { classes } from "../../ui/classes";
import { Icon } from "../../ui/icons";
import { Sheet } from "../../ui/page";
import type { Finding, Preview, RuleLine, WholeList } from "../api";
import { useHostNames } from "../host-name";
import { weighted } from "./proposal";
import { WholeLists } from "./whole-lists";

export function Sentences({ words, lists }: { words: string[]; lists: WholeList[] }) {
  const { both } = useHostNames();
  return (
    <ul>
      {words.map((one, index) => (
        <li key={index} className="flex gap-2.5 border-b border-line px-4 py-2.5 text-body last:border-b-0 sm:px-5">
          <Icon name="edit" className="mt-1 size-4 text-ink-3" />
          <div className="min-w-0 flex-1 break-words">
            {both(one)}
            <WholeLists lists={lists} at={index} />
          </div>
        </li>
      ))}
    </ul>
  );
}

const WEIGHTS: Record<Finding["weight"], State> = { good: "proven", note: "info", warning: "needs-you" };

export function Findings({ preview }: { preview: Preview }) {
  const { t } = useText();
  const { both } = useHostNames();
  return (
    <Sheet title={t("admin.rulesDo")} bare footer={t("admin.rulesDoHow")}>
      {preview.findings.length === 0 ? (
        <p className="px-4 py-3 text-body text-ink-2 sm:px-5">{t("admin.noFindings")}</p>
      ) : (
        <ul>
          {weighted(preview).map((one, index) => (
            <li key={index} className="grid gap-x-4 gap-y-0.5 border-b border-line px-4 py-2.5 text-body last:border-b-0 sm:grid-cols-[7rem_minmax(0,1fr)] sm:px-5">
              <span>
                <Badge plain state={WEIGHTS[one.weight]}>
                  {t(`admin.weight.${one.weight}`)}
                </Badge>
              </span>
              <span className="min-w-0 break-words">{both(one.text)}</span>
            </li>
          ))}
        </ul>
      )}
    </Sheet>
  );
}

const SIGNS: Record<RuleLine["kind"], string> = { same: "\u00a0", added: "+", removed: "−" };
const GROUNDS: Record<RuleLine["kind"], string> = { same: "text-ink-2", added: "bg-ok-ground text-ok", removed: "bg-bad-ground text-bad" };

/** Folded: few read it, and who reads it wants all of it. It scrolls inside itself. */
export function Rules({ preview }: { preview: Preview }) {
  const { t } = useText();
  const { rules } = preview;
  const count = (kind: RuleLine["kind"]) => rules.filter((one) => one.kind === kind).length;
  return (
    <Sheet bare>
      <details className="group">
        <summary className="flex min-h-11 cursor-pointer list-none flex-wrap items-center gap-x-2 rounded-sheet px-4 py-2 sm:px-5">
          <Icon name="chevronRight" className="size-4 text-ink-2 group-open:rotate-90" />
          <span className="text-section font-semibold">{t("admin.rules")}</span>
          <span className="ml-auto text-row text-ink-3 tabular-nums">{rules.length === 0 ? t("admin.rulesSame") : t("admin.rulesCount", { added: count("added"), removed: count("removed") })}</span>
        </summary>
        {rules.length > 0 && (
          <div role="region" tabIndex={0} aria-label={t("admin.rules")} className={classes("max-h-96 overflow-auto border-t border-line bg-sunk py-2", !preview.rulesCut && "rounded-b-sheet")}>
            <ul className="w-max min-w-full font-mono text-label">
              {rules.map((one, index) => (
                <li key={index} className={classes("flex px-4 sm:px-5", GROUNDS[one.kind])}>
                  <span aria-hidden="true" className="w-5 shrink-0 select-none">
                    {SIGNS[one.kind]}
                  </span>
                  {one.kind !== "same" && <span className="sr-only">{t(`admin.rule.${one.kind}`)}</span>}
                  <code lang="en" className="font-mono whitespace-pre">{one.text}</code>
                </li>
              ))}
            </ul>
          </div>
        )}
        {preview.rulesCut && <p className="border-t border-line px-4 py-2.5 text-row text-ink-2 sm:px-5">{t("admin.rulesCut")}</p>}
      </details>
    </Sheet>
  );
}
