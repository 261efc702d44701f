// What is broken between the box and its zones, in sentences: what it is, what it means, what to do.
import { useText } from "../../../i18n";
import { Icon } from "../../../ui/icons";
import { useZoneName } from "../../zone";
import { isBroken, type Picture, type Place } from "./picture";

export function Troubles({ picture }: { picture: Picture }) {
  const { t } = useText();
  const name = useZoneName();
  const portsOf = (place: Place) => place.zone.ports.map((port) => port.name).join(t("ui.listGap"));
  const internet = picture.internet;
  const sentences: string[] = [];
  if (internet === null) sentences.push(t("admin.trouble.internet.no-port"));
  else if (isBroken(internet.line)) sentences.push(t(`admin.trouble.internet.${internet.line}`, { ports: portsOf(internet) }));
  for (const place of picture.zones) {
    if (!isBroken(place.line)) continue;
    const values = { zone: name(place.zone.name), ports: portsOf(place) };
    sentences.push(place.line === "no-port" ? t("admin.trouble.zone.no-port", values) : t("admin.trouble.zone.unplugged", values));
  }
  return (
    <div role="status">
      {sentences.length > 0 && (
        <ul aria-label={t("admin.troubles")}>
          {sentences.map((sentence) => (
            <li key={sentence} className="flex items-start gap-2 border-t border-line px-4 py-2.5 text-row sm:px-5">
              <Icon name="triangle" className="mt-0.5 size-4 text-warn" />
              <span className="min-w-0 break-words">{sentence}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
