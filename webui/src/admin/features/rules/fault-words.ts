// What is wrong with an entry of a list of addresses, in words that name what would be right.
import { useText } from "../../../i18n";
import { addressesOf } from "./lists";
import { firstFault } from "./members";

/** Of what was typed; null when nothing can be told to be wrong. */
export function useAddressesFault(): (typed: string, cards: boolean) => string | null {
  const { t } = useText();
  return (typed, cards) => {
    const found = firstFault(addressesOf(typed), cards);
    if (found === null) return null;
    const { entry, fault } = found;
    if (fault.is === "inside") return t("admin.rules.wrongAddress.inside", { entry, right: fault.right });
    if (fault.is === "none") return t(cards ? "admin.rules.wrongAddress.noneCards" : "admin.rules.wrongAddress.none", { entry });
    return t(`admin.rules.wrongAddress.${fault.is}`, { entry });
  };
}
