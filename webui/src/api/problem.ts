// What the server says when it says no: RFC 9457 problem details, parsed once at the edge.

export interface FieldError {
  /** JSON pointer into what was sent, `/phone`. */
  field: string;
  code: string;
  message: string;
}

export class Problem extends Error {
  readonly status: number;
  /** The part after `urn:gatehouse:problem:`; `network` when no answer came. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: FieldError[];
  /** Members of their own: `triesLeft`, `boxTime`, `current`, … */
  readonly extras: Record<string, unknown>;
  /** Seconds to wait, from the body or `Retry-After`. */
  readonly retryAfter: number | null;
  /** Something was only asked for, so nothing can have changed. */
  readonly reading: boolean;

  constructor(status: number, body: Record<string, unknown>, retryAfter: number | null, reading = false) {
    const detail = text(body.detail);
    super(detail || text(body.title) || `HTTP ${status}`);
    this.status = status;
    this.code = text(body.type).replace(/^urn:gatehouse:problem:/, "") || (status === 0 ? "network" : "unexpected");
    this.title = text(body.title);
    this.detail = detail;
    this.errors = fieldErrors(body.errors);
    this.extras = body;
    this.reading = reading;
    this.retryAfter = typeof body.retryAfter === "number" ? body.retryAfter : retryAfter;
  }

  number(name: string): number | null {
    const value = this.extras[name];
    return typeof value === "number" ? value : null;
  }

  text(name: string): string | null {
    const value = this.extras[name];
    return typeof value === "string" ? value : null;
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function fieldErrors(value: unknown): FieldError[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    if (typeof one !== "object" || one === null) return [];
    const { field, code, message } = one as Record<string, unknown>;
    return [{ field: text(field), code: text(code), message: text(message) }];
  });
}

export function isProblem(error: unknown, code?: string): error is Problem {
  return error instanceof Problem && (code === undefined || error.code === code);
}
