// What comes after the rules: the CRM's own list, whose hours are picked here, and the policies of two zones each.
import { useState } from "react";
import { useText } from "../../../i18n";
import { TextLink } from "../../../ui/button";
import { Icon } from "../../../ui/icons";
import { Sheet } from "../../../ui/page";
import { PopoverAt } from "../../../ui/popover";
import { crmReached, type Parts, policiesOf } from "./document";
import { useStaging } from "./draft";
import { HoursOptions } from "./picker";
import { Filled, PickerButton } from "./row";
import { useWords } from "./words";

export function CrmSentences() {
  const { t } = useText();
  const words = useWords();
  const { document, parts, update, troubles } = useStaging();
  const [open, setOpen] = useState<{ zone: string; button: HTMLElement } | null>(null);
  const reached = crmReached(document);
  const hoursOf = (zone: string) => parts.crmHours.find((one) => one.zone === zone)?.schedule ?? null;
  const said = (zone: string) => {
    const hours = hoursOf(zone);
    return hours === null ? t("admin.rules.always") : t("admin.rules.inHours", { name: hours });
  };
  return (
    <Sheet title={t("admin.rules.crmTitle")} aside={<TextLink href="/crm-access">{t("admin.rules.crmChange")}</TextLink>} bare footer={t("admin.rules.crmOwn")}>
      {reached.length === 0 ? (
        <p className="px-4 py-3 text-body text-ink-2 sm:px-5">{t("admin.rules.crmNobody")}</p>
      ) : (
        <ul>
          {reached.map(({ zone, addresses }) => {
            const who = addresses === "all" ? words.zone(zone) : words.only(words.zone(zone), addresses);
            const trouble = troubles.find(({ at }) => "crm" in at && at.crm === zone);
            return (
              <li key={zone} className="border-b border-line px-4 py-2 last:border-b-0 sm:px-5">
                <div role="group" aria-label={t("admin.rules.crmSentence", { who, when: said(zone) })}>
                  <Filled
                    className="text-body leading-8 max-sm:leading-11"
                    text={t("admin.rules.crmSentence")}
                    of={(name) =>
                      name === "who" ? (
                        <span className="wrap-anywhere">{who}</span>
                      ) : (
                        <PickerButton topic={words.topic("when")} open={open?.zone === zone} wrong={trouble !== undefined} quiet={hoursOf(zone) === null} onPick={(button) => setOpen(open?.zone === zone ? null : { zone, button })}>
                          {said(zone)}
                        </PickerButton>
                      )
                    }
                  />
                  {trouble && <p className="text-row text-bad">{trouble.message}</p>}
                </div>
              </li>
            );
          })}
        </ul>
      )}
      <PopoverAt at={open?.button ?? null} onClose={() => setOpen(null)} label={words.topic("when")}>
        {open !== null && (
          <div className="grid gap-3">
            <HoursOptions legend={words.topic("when")} picked={hoursOf(open.zone)} onPicked={(schedule) => update((before) => withHours(before, open.zone, schedule))} />
            <p className="text-row">
              <TextLink href="/rules/hours">{t("admin.rules.toHours")}</TextLink>
            </p>
          </div>
        )}
      </PopoverAt>
    </Sheet>
  );
}

function withHours(parts: Parts, zone: string, schedule: string | null): Parts {
  const others = parts.crmHours.filter((one) => one.zone !== zone);
  return { ...parts, crmHours: schedule === null ? others : [...others, { zone, schedule }] };
}

export function PolicySentences() {
  const { t } = useText();
  const words = useWords();
  const { document } = useStaging();
  return (
    <Sheet title={t("admin.rules.policiesTitle")} aside={<TextLink href="/zones">{t("admin.zones")}</TextLink>} bare>
      <ul>
        {policiesOf(document).map((one) => (
          <li key={`${one.from} ${one.to}`} className="flex gap-2.5 border-b border-line px-4 py-2.5 text-body sm:px-5">
            <Icon name="check" className="mt-1 size-4 text-ok" />
            <span className="min-w-0 break-words">{t("admin.rules.policySentence", { from: words.zone(one.from), to: words.zone(one.to), what: t(one.allow === "all" ? "admin.rules.everything" : "admin.rules.webOnly") })}</span>
          </li>
        ))}
        <li className="flex gap-2.5 px-4 py-2.5 text-body text-ink-2 sm:px-5">
          <Icon name="cross" className="mt-1 size-4" />
          <span className="min-w-0">{t("admin.rules.restBlocked")}</span>
        </li>
      </ul>
    </Sheet>
  );
}
