// What is typed of one who is told, and what of it the box is sent: only what belongs to its way, and of secrets only those
// that were typed. Pure.
import type { Language } from "../../../i18n";
import type { AlertTarget, AlertTargetGiven } from "../../api";

/** Ports that go with an encryption of mail. */
export const PORTS = { tls: "465", "start-tls": "587" };

export interface Typed {
  way: string;
  name: string;
  language: string;
  from: string;
  heads: boolean;
  perHour: string;
  quiet: boolean;
  quietFrom: string;
  quietTo: string;
  critical: boolean;
  host: string;
  port: string;
  security: string;
  user: string;
  password: string;
  sender: string;
  recipients: string;
  address: string;
  secret: string;
  noSecret: boolean;
  newSecret: boolean;
  authority: string;
}

export function typedOf(before: AlertTarget | null, language: Language): Typed {
  const quiet = before?.quiet ?? null;
  return {
    way: before?.way ?? "mail",
    name: before?.name ?? "",
    language: before?.language ?? language,
    from: before?.from ?? "warning",
    heads: before?.heads ?? false,
    perHour: String(before?.perHour ?? 20),
    quiet: quiet !== null,
    quietFrom: quiet?.from ?? "22:00",
    quietTo: quiet?.to ?? "07:00",
    critical: quiet?.critical ?? true,
    host: before?.host ?? "",
    port: before === null ? PORTS.tls : String(before.port),
    security: before?.security ?? "tls",
    user: before?.user ?? "",
    password: "",
    sender: before?.sender ?? "",
    recipients: before?.recipients.join("\n") ?? "",
    address: before?.address ?? "",
    secret: "",
    noSecret: false,
    newSecret: false,
    authority: before?.authority ?? "",
  };
}

/** Numbers that are none are sent as 0, which the box refuses at their field. */
const number = (text: string) => (/^\d{1,6}$/.test(text.trim()) ? Number(text.trim()) : 0);
const given = (text: string) => (text.trim() === "" ? undefined : text);

export function bodyOf(typed: Typed, before: AlertTarget | null): AlertTargetGiven {
  const way = typed.way as AlertTarget["way"];
  const isSame = before?.way === way;
  const whole = {
    name: typed.name,
    way,
    language: typed.language as AlertTarget["language"],
    from: typed.from as AlertTarget["from"],
    heads: typed.heads,
    perHour: number(typed.perHour),
    quiet: typed.quiet ? { from: typed.quietFrom, to: typed.quietTo, critical: typed.critical } : undefined,
  };
  switch (way) {
    case "mail":
      return {
        ...whole,
        host: typed.host,
        port: number(typed.port),
        security: typed.security as "tls" | "start-tls",
        user: given(typed.user),
        password: typed.password === "" ? undefined : typed.password,
        sender: typed.sender,
        recipients: typed.recipients.split(/[\n,;，；]/).map((one) => one.trim()).filter((one) => one !== ""),
        authority: given(typed.authority),
      };
    case "syslog":
      return { ...whole, host: typed.host, port: number(typed.port), authority: given(typed.authority) };
    case "webhook":
      return { ...whole, address: given(typed.address), newSecret: isSame && typed.newSecret, authority: given(typed.authority) };
    default: {
      const secret = typed.secret !== "" ? typed.secret : isSame && typed.noSecret ? "" : undefined;
      return { ...whole, address: given(typed.address), ...(way === "wecom" ? {} : { secret }) };
    }
  }
}
