// `Ctrl K`: go to a page by its name. Enter takes the first that fits.
import { type FormEvent, useState } from "react";
import { Link, useLocation } from "wouter";
import { useText } from "../i18n";
import { Button } from "./button";
import { TextField } from "./field";
import { Icon } from "./icons";
import { Dialog } from "./overlay";
import type { Place } from "./shell";
import { useShortcut } from "./shortcuts";

export function GoTo(props: { places: Place[] }) {
  const { t } = useText();
  const [, go] = useLocation();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const close = () => setOpen(false);
  useShortcut({
    keys: ["Control+k"],
    text: t("ui.goTo"),
    act: () => {
      setText("");
      setOpen(true);
    },
  });
  const wanted = text.trim().toLowerCase();
  const found = props.places.filter((place) => place.label.toLowerCase().includes(wanted));
  const take = (event: FormEvent) => {
    event.preventDefault();
    const [first] = found;
    if (first === undefined) return;
    close();
    go(first.href);
  };
  return (
    <Dialog open={open} onClose={close} title={t("ui.goTo")} buttons={<Button onClick={close}>{t("ui.close")}</Button>}>
      <form onSubmit={take}>
        <TextField label={t("ui.goToName")} field={{ name: "go-to", value: text, onValue: setText, error: null }} autoFocus autoComplete="off" spellCheck={false} />
      </form>
      {found.length === 0 ? (
        <p role="status">{t("ui.goToNone")}</p>
      ) : (
        <ul className="grid gap-0.5">
          {found.map((place) => (
            <li key={place.href}>
              <Link href={place.href} onClick={close} className="flex min-h-9 items-center gap-2.5 rounded-control px-2 text-body text-ink hover:bg-tint max-sm:min-h-11">
                <Icon name={place.icon} className="size-4 text-ink-2" />
                {place.label}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
