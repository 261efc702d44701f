// Rows start, columns receive; each cell says it in a word with an icon. Blocked is quiet.
import { useText } from "../../../i18n";
import { classes } from "../../../ui/classes";
import { Icon, type IconName } from "../../../ui/icons";
import type { Zones } from "../../api";
import { ZoneLabel } from "../../zone";

type Allow = Zones["flows"][number]["allow"];

const LOOKS: Record<Allow, { icon: IconName; look: string }> = {
  all: { icon: "check", look: "bg-ok-ground text-ok" },
  web: { icon: "filter", look: "bg-info-ground text-info" },
  crm: { icon: "filter", look: "bg-info-ground text-info" },
  none: { icon: "cross", look: "border border-line bg-sunk text-ink-2" },
};

export function Flows(props: { zones: Zones }) {
  const { t } = useText();
  const { zones, flows } = props.zones;
  const allow = (from: string, to: string): Allow => flows.find((flow) => flow.from === from && flow.to === to)?.allow ?? "none";
  return (
    <>
      <div className="overflow-x-auto p-4 max-sm:hidden" tabIndex={0} role="region" aria-label={t("admin.whoToWhom")}>
        <table className="w-full border-separate border-spacing-1.5 text-row">
          <thead>
            <tr>
              <td />
              {zones.map((zone) => (
                <th key={zone.name} scope="col" className="px-2 py-1 font-medium text-ink-2">
                  <ZoneLabel name={zone.name} kind={zone.kind} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {zones.map((from) => (
              <tr key={from.name}>
                <th scope="row" className="py-1 pr-3 text-left font-medium whitespace-nowrap">
                  <ZoneLabel name={from.name} kind={from.kind} />
                </th>
                {zones.map((to) => (
                  <td key={to.name} className="text-center">
                    {from.name === to.name ? <span className="text-ink-3">–</span> : <Cell allow={allow(from.name, to.name)} />}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul className="sm:hidden">
        {zones.map((from) => (
          <li key={from.name} className="border-b border-line px-4 py-3 last:border-b-0">
            <div className="mb-1.5 font-semibold">
              <ZoneLabel name={from.name} kind={from.kind} />
            </div>
            <ul className="grid gap-1.5">
              {zones
                .filter((to) => to.name !== from.name)
                .map((to) => (
                  <li key={to.name} className="flex items-center justify-between gap-3 text-row">
                    <span className="inline-flex items-center gap-2 text-ink-2">
                      <Icon name="arrowRight" />
                      <ZoneLabel name={to.name} kind={to.kind} />
                    </span>
                    <span className="w-32">
                      <Cell allow={allow(from.name, to.name)} />
                    </span>
                  </li>
                ))}
            </ul>
          </li>
        ))}
      </ul>
    </>
  );
}

function Cell(props: { allow: Allow }) {
  const { t } = useText();
  const look = LOOKS[props.allow];
  return (
    <span className={classes("flex min-h-8 items-center justify-center gap-1.5 rounded-control px-2 whitespace-nowrap", look.look)}>
      <Icon name={look.icon} className="size-3.5" />
      {t(`admin.allow.${props.allow}`)}
    </span>
  );
}
