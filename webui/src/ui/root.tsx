// What stands around every app: texts, queries, the content policy's conditions, toasts, theme.
import { CSPProvider } from "@base-ui/react/csp-provider";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isProblem } from "../api/problem";
import { type Language, TextProvider } from "../i18n";
import { type Catalogue, catalogueOf } from "../i18n/text";
import { WatchedAnswers } from "./answers";
import { AppGuard } from "./fault";
import { Toasts } from "./overlay";
import { applyTheme } from "./theme";
import "./ui.css";

type Files = Record<string, Record<string, string>>;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What the server decided does not change by asking again; a lost answer may.
      retry: (count, error) => isProblem(error) && (error.status === 0 || error.status === 503) && count < 2,
      staleTime: 5_000,
    },
  },
});

/** `files`: texts of the app by path, `../locales/en/ui.json`. */
export function start(files: Files, app: ReactNode): void {
  applyTheme();
  const root = document.getElementById("app");
  if (root === null) throw new Error("index.html has no #app");
  createRoot(root).render(
    <StrictMode>
      <CSPProvider disableStyleElements>
        <TextProvider catalogues={{ en: ofLanguage(files, "en"), "zh-CN": ofLanguage(files, "zh-CN") }}>
          <QueryClientProvider client={queries}>
            <AppGuard>
              <Toasts>
                <WatchedAnswers>{app}</WatchedAnswers>
              </Toasts>
            </AppGuard>
          </QueryClientProvider>
        </TextProvider>
      </CSPProvider>
    </StrictMode>,
  );
}

function ofLanguage(files: Files, language: Language): Catalogue {
  const mine: Files = {};
  for (const [path, texts] of Object.entries(files)) {
    const [, at, name] = /\/([\w-]+)\/([\w-]+)\.json$/.exec(path) ?? [];
    if (at === language && name) mine[name] = texts;
  }
  return catalogueOf(mine);
}
