// The picked cell of the matrix: what it means as a sentence, and the choice where there is one. What is picked is
// prepared, never live. What else is to be said or tried of the two zones stands below it (`children`).
import { type ReactNode, useId } from "react";
import { useText } from "../../../i18n";
import { TextLink } from "../../../ui/button";
import { SelectBox } from "../../../ui/field";
import type { Zone } from "../../api";
import { useZoneName } from "../../zone";
import { type Document, isPolicy, type Passing, passing } from "./document";
import { countOf } from "./exceptions";
import type { ShownFlow } from "./shown";

interface Props {
  flow: ShownFlow | null;
  zones: Zone[];
  now: Document;
  document: Document;
  onPassing: (allow: Passing) => void;
  children?: ReactNode;
}

export function CellPanel(props: Props) {
  const { t } = useText();
  const name = useZoneName();
  const id = useId();
  const { flow } = props;
  if (flow === null) return <p className="border-t border-line px-4 py-3 text-body text-ink-2 sm:px-5">{t("admin.pickCell")}</p>;
  const kind = (zone: string) => props.zones.find((one) => one.name === zone)?.kind;
  const names = { from: name(flow.from), to: name(flow.to) };
  const toCrm = kind(flow.to) === "crm";
  const isChanged = isPolicy(props.document, flow.from, flow.to) && passing(props.document, flow.from, flow.to) !== passing(props.now, flow.from, flow.to);
  return (
    <div className="border-t border-line text-body">
      <div className="grid gap-3 px-4 py-3 sm:px-5">
        <p role="status" className="break-words">
          {countOf(flow.exceptions) > 0 ? t("admin.cellUnless", { said: t(`admin.flow.${flow.allow}`, names) }) : t(`admin.flow.${flow.allow}`, names)}
          {isChanged && <span className="text-warn"> {t("admin.cellStaged", { allow: t(`admin.pass.${passing(props.now, flow.from, flow.to)}`) })}</span>}
        </p>
        {isPolicy(props.document, flow.from, flow.to) && (
          <div className="grid max-w-sm gap-1">
            <label htmlFor={id} className="text-row font-medium">
              {t("admin.cellPick", names)}
            </label>
            <SelectBox
              id={id}
              data-cell-choice
              value={passing(props.document, flow.from, flow.to)}
              onValue={(allow) => props.onPassing(allow as Passing)}
              options={(["all", "web", "none"] as const).map((allow) => ({ value: allow, label: t(`admin.pass.${allow}`) }))}
            />
          </div>
        )}
        {toCrm && kind(flow.from) !== "wan" && (
          <p className="text-row">
            <TextLink href="/crm-access">{t("admin.changeAccess")}</TextLink>
          </p>
        )}
        {kind(flow.from) === "wan" && countOf(flow.exceptions) === 0 && <p className="text-row text-ink-2">{t("admin.cellFromInternet")}</p>}
        {kind(flow.from) === "crm" && countOf(flow.exceptions) === 0 && <p className="text-row text-ink-2">{t("admin.cellFromCrm")}</p>}
      </div>
      {props.children}
    </div>
  );
}
