// How much an alert matters, as shape and word.
import { useText } from "../../../i18n";
import { Badge, type State } from "../../../ui/badge";
import type { Alert } from "../../api";

const STATES: Record<Alert["severity"], State> = { critical: "open", warning: "needs-you", info: "info" };

export function Severity(props: { of: Alert["severity"]; plain?: boolean }) {
  const { t } = useText();
  return (
    <Badge state={STATES[props.of]} plain={props.plain}>
      {t(`admin.alerts.severity.${props.of}`)}
    </Badge>
  );
}
