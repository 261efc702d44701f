// Times in the account's zone and the page's language; the exact instant is in the tooltip.
import { createContext, use } from "react";
import { useLanguage } from "../i18n";
import { blankBefore, formatDate, formatWhen, withinSentence } from "../i18n/when";

export const TimeZone = createContext<string | undefined>(undefined);

/** `within`: in the middle of a sentence, after the words before it. English writes no capital there, Chinese no blank before a word. */
export function When(props: { at: string; within?: boolean }) {
  const { language } = useLanguage();
  const zone = use(TimeZone);
  const at = new Date(props.at);
  if (Number.isNaN(at.getTime())) return <span>{props.at}</span>;
  const text = formatWhen(at, new Date(), language, zone);
  const time = (
    <time dateTime={props.at} title={at.toISOString()} className="whitespace-nowrap tabular-nums">
      {props.within ? withinSentence(text) : text}
    </time>
  );
  if (!props.within) return time;
  return (
    <>
      {blankBefore(text)}
      {time}
    </>
  );
}

/** A day far away, written out: 2036-11-22. */
export function DateOf(props: { at: string }) {
  const zone = use(TimeZone);
  const at = new Date(props.at);
  return (
    <time dateTime={props.at} className="whitespace-nowrap tabular-nums">
      {Number.isNaN(at.getTime()) ? props.at : formatDate(at, zone)}
    </time>
  );
}
