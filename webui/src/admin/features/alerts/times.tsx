// When an alert happened: once, or how often between the first time and the last.
import { useText } from "../../../i18n";
import { When } from "../../../ui/when";
import type { Alert } from "../../api";

export function Times({ of }: { of: Alert }) {
  const { t } = useText();
  if (of.times <= 1) return <When at={of.last} />;
  return (
    <>
      {t("admin.alerts.times", { count: of.times })}
      {t("admin.alerts.gap")}
      {t("admin.alerts.first")}<When at={of.first} within />
      {t("admin.alerts.gap")}
      {t("admin.alerts.last")}<When at={of.last} within />
    </>
  );
}
