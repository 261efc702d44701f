// What devices of the two zones of a cell find of each other, and, where they find a printer that they may not use,
// the rule by which they may.
import { useId } from "react";
import { useText } from "../../../i18n";
import { Button, TextLink } from "../../../ui/button";
import { SelectBox } from "../../../ui/field";
import { useZoneName } from "../../zone";
import type { Draft } from "./draft";
import { canFind, FOUND, type Found, foundBetween, haveVersion, mayPrint, withFound, withPrinting } from "./relays";

export function CellRelay({ from, to, draft }: { from: string; to: string; draft: Draft }) {
  const { t } = useText();
  const name = useZoneName();
  const id = useId();
  const { document } = draft;
  if (!canFind(document, from, to)) return null;
  const names = { from: name(from), to: name(to) };
  const found = foundBetween(document, from, to);
  const isStaged = found !== foundBetween(draft.now, from, to);
  if (found === "none" && !haveVersion(document, from, to)) {
    return <p className="border-t border-line px-4 py-3 text-row text-ink-2 sm:px-5">{t("admin.cellFindNoVersion", names)}</p>;
  }
  return (
    <div className="grid gap-3 border-t border-line px-4 py-3 sm:px-5">
      <div className="grid max-w-sm gap-1">
        <label htmlFor={id} className="text-row font-medium">
          {t("admin.cellFind", names)}
        </label>
        <SelectBox
          id={id}
          value={found}
          onValue={(next) => draft.stage(withFound(document, from, to, next as Found))}
          options={FOUND.map((one) => ({ value: one, label: t(`admin.found.${one}`) }))}
        />
      </div>
      <p role="status" className="text-row text-ink-2">
        {isStaged && <span className="text-warn">{t("admin.cellFindStaged", { found: t(`admin.found.${foundBetween(draft.now, from, to)}`) })} </span>}
        {found === "none" ? t("admin.cellFindNone") : t("admin.cellFindNotReach")}
        {found === "all" && <> {t("admin.cellFindAll")}</>}
      </p>
      {found !== "none" &&
        (mayPrint(document, from, to) ? (
          <p className="text-row text-ink-2">{t("admin.cellPrints", names)}</p>
        ) : (
          <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
            <p className="min-w-0 grow basis-60 text-row break-words">{t("admin.cellPrintsNot", names)}</p>
            <Button size="row" onClick={() => draft.stage(withPrinting(document, from, to))}>
              {t("admin.cellLetPrint", names)}
            </Button>
          </div>
        ))}
      {found === "all" && (
        <p className="text-row text-ink-2">
          {t("admin.cellScreens")} <TextLink href={`/rules/new?from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`}>{t("admin.cellNewRule")}</TextLink>
        </p>
      )}
    </div>
  );
}
