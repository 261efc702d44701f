// A problem as a sentence: the server's own, in the user's language, else one of ours.
import type { Problem } from "../api/problem";
import { useText } from "../i18n";

export function useProblemText(): (problem: Problem) => string {
  const { t } = useText();
  return (problem) => {
    if (problem.code === "network") return t(problem.reading ? "ui.noAnswerRead" : "ui.noAnswer");
    if (problem.code === "just-restored" && problem.retryAfter !== null) return t("ui.justRestored", { count: Math.ceil(problem.retryAfter) });
    if (problem.status === 429 && problem.retryAfter !== null) {
      return problem.retryAfter < 120
        ? t("ui.waitSeconds", { count: Math.ceil(problem.retryAfter) })
        : t("ui.waitMinutes", { count: Math.ceil(problem.retryAfter / 60) });
    }
    if (problem.code === "sign-in") return t("ui.sessionEnded");
    if (problem.title && problem.detail) return t("ui.problem", { title: problem.title, detail: problem.detail });
    if (problem.reading && !problem.detail && !problem.title) return t("ui.notUnderstood");
    return problem.detail || problem.title || t("ui.unexpected", { status: String(problem.status) });
  };
}
