// What the box says of a document before anything of it is kept here. What it refuses lands at the fields of the form
// that was sent.
import { useQueryClient } from "@tanstack/react-query";
import { isProblem, Problem } from "../../api/problem";
import { useLanguage } from "../../i18n";
import type { SettingsDocument } from "../api";
import { reviewOf } from "./proposal";

/** `place`: the form's field that a pointer into the document means; null for what is no field of it. */
export type Place = (pointer: string) => string | null;

export function useJudged(etag: string | null): (document: SettingsDocument, place: Place) => Promise<void> {
  const client = useQueryClient();
  const { language } = useLanguage();
  return async (document, place) => {
    try {
      await client.fetchQuery({ ...reviewOf({ path: "/settings", body: { document }, etag }, language), staleTime: 0 });
    } catch (error) {
      throw atFields(error, place);
    }
  };
}

export function atFields(error: unknown, place: Place): unknown {
  if (!isProblem(error) || error.errors.length === 0) return error;
  const errors = error.errors.map((one) => ({ ...one, field: place(one.field.replace(/^\/document/, "")) ?? one.field }));
  return new Problem(error.status, { ...error.extras, errors }, error.retryAfter, error.reading);
}

/** Below one entry of the document, the form's fields are called as its members. */
export function membersOf(entry: string): Place {
  return (pointer) => (pointer.startsWith(`${entry}/`) ? pointer.slice(entry.length) : null);
}

/** What this page refuses by itself, at a field: the box was not asked. */
export function refusal(field: string, message: string): Problem {
  return new Problem(422, { type: "urn:gatehouse:problem:invalid", errors: [{ field, code: "taken", message }] }, null, true);
}
