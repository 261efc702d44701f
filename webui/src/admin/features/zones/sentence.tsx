// The picked cell of the matrix as a sentence; and where it can be changed, when it can.
import { useText } from "../../../i18n";
import { TextLink } from "../../../ui/button";
import type { Flow, Zone } from "../../api";
import { useZoneName } from "../../zone";

export function Sentence(props: { flow: Flow | null; zones: Zone[] }) {
  const { t } = useText();
  const name = useZoneName();
  const { flow } = props;
  const kind = (zone?: string) => props.zones.find((one) => one.name === zone)?.kind;
  const isChosen = kind(flow?.to) === "crm" && kind(flow?.from) !== "wan";
  return (
    <div className="border-t border-line px-4 py-3 text-body sm:px-5">
      <p role="status" className={flow ? "break-words" : "text-ink-2"}>
        {flow ? t(`admin.flow.${flow.allow}`, { from: name(flow.from), to: name(flow.to) }) : t("admin.pickCell")}
      </p>
      {isChosen && (
        <p className="mt-1 text-row">
          <TextLink href="/crm-access">{t("admin.changeAccess")}</TextLink>
        </p>
      )}
    </div>
  );
}
