// The one way to the server. Every answer is JSON or a Problem; a lost session is told to whoever
// listens (the shell shows the sign-in over the page, so that nothing typed is lost).
import { heard } from "./heard";
import { Problem } from "./problem";

interface Answer<T> {
  data: T;
  /** The version to send back as If-Match. */
  etag: string | null;
}

/** JSON that is sent as it is written: what this browser would make of it, a field named twice or a long number, is not
    what is meant. Only of what is JSON as a whole. */
export class JsonText {
  constructor(readonly text: string) {}
}

interface Send {
  body?: unknown;
  ifMatch?: string | null;
  /** Makes a repeated POST the same one: keep it until the answer came. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** What stands before every path; for links and streams, which do not go through `call`. */
export const BASE = "/api/v1";
const TIMEOUT_MS = 60_000;

let language = "en";
const signedOut = new Set<() => void>();

/** Texts of problems come in this language until an account's own is known. */
export function sendLanguage(next: string): void {
  language = next;
}

export function whenSignedOut(listener: () => void): () => void {
  signedOut.add(listener);
  return () => void signedOut.delete(listener);
}

export async function call<T>(method: string, path: string, send: Send = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = { accept: "application/json", "accept-language": language };
  if (send.body !== undefined) headers["content-type"] = "application/json";
  if (send.ifMatch) headers["if-match"] = send.ifMatch;
  const key = send.idempotencyKey ?? (method === "POST" ? crypto.randomUUID() : undefined);
  if (key !== undefined) headers["idempotency-key"] = key;
  const reading = method === "GET";
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(BASE + path, {
      method,
      headers,
      body: send.body === undefined ? undefined : textOf(send.body),
      signal: send.signal ? AbortSignal.any([send.signal, timeout]) : timeout,
      credentials: "same-origin",
      cache: "no-store",
    });
  } catch (error) {
    if (send.signal?.aborted) throw error;
    heard(false);
    throw new Problem(0, {}, null, reading);
  }
  heard(true);
  const body = await parse(response);
  if (!response.ok) {
    const problem = new Problem(response.status, isObject(body) ? body : {}, retryAfter(response), reading);
    if (problem.code === "sign-in" || problem.code === "locked") signedOut.forEach((listener) => listener());
    throw problem;
  }
  return { data: body as T, etag: response.headers.get("etag") };
}

/** Asks whether the session that a stream belongs to is over: a stream that is refused does not say why. No
    request of a person, so it does not lengthen the session. */
export async function checkStream(path: string): Promise<void> {
  const enough = new AbortController();
  try {
    const { status } = await fetch(BASE + path, { signal: enough.signal, credentials: "same-origin", cache: "no-store" });
    if (status === 401) signedOut.forEach((listener) => listener());
  } catch {
    // Nobody answers: the stream comes back by itself.
  } finally {
    enough.abort();
  }
}

/** The data alone, for what has no version. Nothing is read as null: such an answer is not one of the box's. */
export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  const { data } = await call<T | null>("GET", path, { signal });
  if (data === null) throw new Problem(200, {}, null, true);
  return data;
}

export async function post<T>(path: string, body?: unknown, idempotencyKey?: string): Promise<T> {
  return (await call<T>("POST", path, { body, idempotencyKey })).data;
}

function textOf(body: unknown): string {
  if (body instanceof JsonText) return body.text;
  if (!isObject(body)) return JSON.stringify(body);
  const members = Object.entries(body).filter(([, value]) => value !== undefined);
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value instanceof JsonText ? value.text : JSON.stringify(value)}`).join(",")}}`;
}

async function parse(response: Response): Promise<unknown> {
  const type = response.headers.get("content-type") ?? "";
  if (!/\bjson\b/.test(type)) return null;
  try {
    return await response.json();
  } catch {
    return null;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get("retry-after"));
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}
