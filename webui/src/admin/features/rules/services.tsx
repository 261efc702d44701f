// Services: own ones to edit, and those that everybody has.
import { useState } from "react";
import { useText } from "../../../i18n";
import { Loaded } from "../../../ui/async";
import { AreaField } from "../../../ui/field";
import { Sheet } from "../../../ui/page";
import { useRulesNow } from "./answer";
import { useStaging } from "./draft";
import { isWay, waysOf } from "./lists";
import { NamedPage, NamedTable } from "./named";
import { useWords } from "./words";

export function ServicesTab() {
  const { t } = useText();
  const words = useWords();
  const { parts } = useStaging();
  const query = useRulesNow();
  const gap = t("ui.listGap");
  return (
    <>
      <NamedTable kind="services" lists={parts.services} said={(ways) => ways.join(gap)} contents={t("admin.services.ways")} />
      <Sheet title={t("admin.services.known")} bare>
        <Loaded query={query}>
          {({ knownServices: known }) => (
            <dl>
              {known.map((one) => (
                <div key={one.name} className="grid gap-x-6 border-b border-line px-4 py-2 last:border-b-0 sm:grid-cols-[minmax(9rem,1fr)_3fr] sm:px-5">
                  <dt className="text-body text-ink">{words.service(one.name)}</dt>
                  <dd className="text-row break-words text-ink-2 tabular-nums">{one.ways.join(gap)}</dd>
                </div>
              ))}
            </dl>
          )}
        </Loaded>
      </Sheet>
    </>
  );
}

export function ServicePage({ what }: { what: "new" | "edit" }) {
  const { t } = useText();
  const words = useWords();
  const known = useRulesNow().data?.knownServices ?? [];
  const wrongWay = (ways: string[]) => {
    const wrong = ways.find((one) => !isWay(one));
    return wrong === undefined ? null : t("admin.services.wrongWay", { text: wrong });
  };
  return (
    <NamedPage<string>
      kind="services"
      what={what}
      empty={[]}
      check={(ways) => wrongWay(ways) ?? (ways.length === 0 ? t("admin.services.waysMissing") : null)}
      checkName={(name) => {
        const same = known.find((one) => one.name === name || words.service(one.name).toLowerCase() === name.toLowerCase());
        return same === undefined ? null : t("admin.services.isKnown", { name });
      }}
      fields={(ways, onWays, error) => <Ways ways={ways} onWays={onWays} error={error} wrong={wrongWay} />}
    />
  );
}

function Ways(props: { ways: string[]; onWays: (ways: string[]) => void; error: string | null; wrong: (ways: string[]) => string | null }) {
  const { t } = useText();
  const [text, setText] = useState(() => props.ways.join("\n"));
  const [fault, setFault] = useState<string | null>(null);
  return (
    <AreaField
      label={t("admin.services.ways")}
      hint={t("admin.services.waysHint")}
      rows={4}
      spellCheck={false}
      autoCapitalize="none"
      field={{
        name: "list",
        value: text,
        onValue: (next) => {
          setText(next);
          setFault(null);
          props.onWays(waysOf(next));
        },
        onLeft: () => setFault(props.wrong(props.ways)),
        error: fault ?? props.error,
      }}
    />
  );
}
