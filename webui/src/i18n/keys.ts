// The keys of all texts, typed from the English catalogue. A new file of texts needs one line
// here; which app may use which file is checked by tools/locales.mjs.
import type admin from "../locales/en/admin.json";
import type copies from "../locales/en/copies.json";
import type crm from "../locales/en/crm.json";
import type log from "../locales/en/log.json";
import type ui from "../locales/en/ui.json";

/** `name_one` and `name_other` are asked for as `name`. */
type Base<K extends string> = K extends `${infer B}_one` | `${infer B}_other` ? B : K;
type In<N extends string, T> = `${N}.${Base<keyof T & string>}`;

export type Key = In<"ui", typeof ui> | In<"log", typeof log> | In<"admin", typeof admin> | In<"copies", typeof copies> | In<"crm", typeof crm>;
