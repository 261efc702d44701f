// What stands between two sentences that are texts of their own: a blank, and nothing after a full-width stop.
import { useLanguage } from "../i18n";

export function NextSentence() {
  return useLanguage().language === "zh-CN" ? null : " ";
}
