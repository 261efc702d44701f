import { useText } from "../../../i18n";
import type { Option } from "../../../ui/field";

export const PEOPLE = ["people"];
export const INVITATIONS = ["invitations"];

/** The two roles of the CRM, in words. */
export function useRoles(): Option[] {
  const { t } = useText();
  return [
    { value: "staff", label: t("crm.role.staff") },
    { value: "manager", label: t("crm.role.manager") },
  ];
}
