// From a form to the review of what it staged, and back. The form's entry in the browser's history becomes the page of
// what it made, so that Back finds it as it was filled in; the review's own Back leads there, too.
import { useCallback } from "react";
import { useLocation } from "wouter";
import { useHistoryState } from "wouter/use-browser-location";
import { isObject } from "../../api/client";

export function useLeave(): (form: string, to: string) => void {
  const [, go] = useLocation();
  return useCallback(
    (form, to) => {
      go(form, { replace: true });
      go(to, { state: { form } });
    },
    [go],
  );
}

/** The form that led here; null when a list, a link or a typed address did. */
export function useFormBehind(): string | null {
  return formIn(useHistoryState<unknown>());
}

export function formIn(state: unknown): string | null {
  return isObject(state) && typeof state.form === "string" && state.form.startsWith("/") ? state.form : null;
}
