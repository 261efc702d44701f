// A rule in words: each of its pickers, and all of it read aloud.
import { useMemo } from "react";
import { useLanguage, useText } from "../../../i18n";
import { useZoneName } from "../../zone";
import type { Day, Member, Rule, Side, Span, Which } from "./document";
import { type Part, PARTS } from "./problems";

/** Entries of a list that are named; the others are counted. */
const NAMED = 3;
/** Characters shown of one entry. */
const LONG = 48;

export interface Words {
  part: (rule: Rule, part: Part) => string;
  /** What one picks there. */
  topic: (part: Part) => string;
  /** The whole sentence. */
  rule: (rule: Rule) => string;
  /** With the note and in both the languages of names: what a search looks in. */
  searched: (rule: Rule) => string;
  service: (name: string) => string;
  zone: (name: string) => string;
  spans: (spans: Span[]) => string;
  day: (day: Day) => string;
  list: (entries: string[]) => string;
  /** A zone, and of it these addresses. */
  only: (zones: string, addresses: string[]) => string;
}

export function useWords(): Words {
  const { t, find } = useText();
  const { language } = useLanguage();
  const nameOf = useZoneName();
  return useMemo(() => {
    const zone = (name: string) => (name === "wan" ? t("admin.rules.internet") : nameOf(name));
    const service = (name: string) => find(`admin.service.${name}`) ?? name;
    const short = (text: string) => ([...text].length > LONG ? `${[...text].slice(0, LONG).join("")}…` : text);
    const list = (entries: string[]) => {
      const named = entries.length > NAMED + 1 ? entries.slice(0, NAMED) : entries;
      const said = named.map(short).join(t("ui.listGap"));
      return named.length === entries.length ? said : t("admin.rules.more", { list: said, count: entries.length - named.length });
    };
    const member = (one: Member) => (typeof one === "string" ? one : t("admin.rules.groupNamed", { name: one.group }));
    const side = ({ zones, addresses }: Side, all: string, none: string) => {
      if (isEmpty(zones) || isEmpty(addresses)) return none;
      const places = zones === "all" ? all : list(zones.map(zone));
      return addresses === "all" ? places : t("admin.rules.only", { zones: places, addresses: apart(list(addresses.map(member)), language) });
    };
    const day = (one: Day) => t(`admin.day.${one}`);
    const part = (rule: Rule, which: Part): string => {
      switch (which) {
        case "who":
          return side(rule.from, t("admin.rules.everyZone"), t("admin.rules.pickWho"));
        case "where":
          return side(rule.to, t("admin.rules.everywhere"), t("admin.rules.pickWhere"));
        case "does":
          return t(`admin.rules.does.${rule.action}`);
        case "what":
          if (isEmpty(rule.services)) return t("admin.rules.pickWhat");
          return rule.services === "all" ? t("admin.rules.everything") : list(rule.services.map(service));
        case "when":
          return rule.schedule === undefined ? t("admin.rules.always") : t("admin.rules.inHours", { name: rule.schedule });
        case "log":
          return t(rule.log ? "admin.rules.logged" : "admin.rules.notLogged");
        case "note":
          return rule.comment ?? "";
      }
    };
    const sentence = (rule: Rule) => {
      const said = t("admin.rules.sentence", Object.fromEntries(PARTS.map((one) => [one, part(rule, one)])));
      return rule.enabled === false ? t("admin.rules.saidOff", { rule: said }) : said;
    };
    return {
      part,
      topic: (which) => t(`admin.rules.topic.${which}`),
      rule: sentence,
      searched: (rule) => `${rule.id} ${sentence(rule)} ${rule.comment ?? ""} ${JSON.stringify([rule.from, rule.to, rule.services])}`.toLowerCase(),
      service,
      zone,
      day,
      list,
      only: (zones, addresses) => t("admin.rules.only", { zones, addresses: apart(list(addresses), language) }),
      spans: (spans) => spans.map((one) => t("admin.hours.span", { days: daysSaid(one.days, day, t("ui.listGap"), t("admin.hours.to")), from: one.from, to: one.to })).join(t("admin.hours.gap")),
    };
  }, [find, language, nameOf, t]);
}

/** In Chinese a blank parts Latin letters and figures from what stands before them. */
function apart(text: string, language: string): string {
  return language === "zh-CN" && /^[!-~]/.test(text) ? ` ${text}` : text;
}

function isEmpty(which: Which<unknown>): boolean {
  return which !== "all" && which.length === 0;
}

const WEEK: Day[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** "Mon–Fri, Sun": three and more in a row as one. */
export function daysSaid(days: Day[], said: (day: Day) => string, gap: string, to: string): string {
  const runs: Day[][] = [];
  WEEK.forEach((day, index) => {
    if (!days.includes(day)) return;
    const last = runs.at(-1);
    if (last?.at(-1) === WEEK[index - 1] && last !== undefined) last.push(day);
    else runs.push([day]);
  });
  return runs.flatMap((run) => (run.length > 2 ? [`${said(run[0]!)}${to}${said(run.at(-1)!)}`] : run.map(said))).join(gap);
}
