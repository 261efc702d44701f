// Who may reach the CRM now, be it for good or on trial, to be compared with what was picked.
import { useText } from "../../../i18n";
import type { CrmAccess } from "../../api";
import { useTrial } from "../../trial/provider";
import { useZoneName } from "../../zone";

export function Present({ access }: { access: CrmAccess }) {
  const { t } = useText();
  const name = useZoneName();
  const { trial } = useTrial();
  const zones = [...new Set([...access.zones, ...access.reachableFrom.map((one) => one.zone)])];
  const who = (zone: string) => {
    const found = access.reachableFrom.find((one) => one.zone === zone);
    if (!found) return t("admin.reachNobody");
    return found.addresses === "all" ? t("admin.reachAll") : found.addresses.join(t("ui.listGap"));
  };
  return (
    <>
      <p className="mt-2 font-medium">{t(trial === null ? "admin.inForceNow" : "admin.onTrialNow")}</p>
      <ul className="grid gap-0.5">
        {zones.map((zone) => (
          <li key={zone} className="break-words">
            {t("admin.presentZone", { zone: name(zone), who: who(zone) })}
          </li>
        ))}
      </ul>
    </>
  );
}
