// Why a name is blocked, or is not: in words.
import { useText } from "../../../i18n";
import type { NameWhy } from "../../api";

export function Why({ why, name }: { why: NameWhy; name: string }) {
  const { t } = useText();
  const lists = why.lists.join(t("admin.blocking.comma"));
  const by = why.by ?? name;
  return <>{t(`admin.blocking.why.${why.kind}`, { by, lists })}</>;
}
