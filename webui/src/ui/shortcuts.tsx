// Keys that act on a whole page. `useShortcut` adds one while its component is shown; `?` lists those of the page one
// is on. None acts below a dialog or a menu, or while the page waits for a sign-in.
import { createContext, type ReactNode, use, useEffect, useMemo, useRef, useState } from "react";
import { useText } from "../i18n";
import { Button } from "./button";
import { classes } from "./classes";
import { Dialog } from "./overlay";
import { isSingle, meant } from "./shortcut";
import { singleKeysAct, SingleKeysField, useSingleKeys } from "./single-keys";

/** How they stand in the list: the page's own, then those of all pages. */
const ORDER = ["/", "n", "j", "ArrowKeys", "Enter", "Escape", "Control+k", "?"];

interface Shortcut {
  /** As `meant` names them; more than one stand side by side in the list. */
  keys: string[];
  /** What they do, in the list of all keys. */
  text: string;
  /** None when the focused element itself takes the key. */
  act?: (key: string) => void;
}

/** As of the last time it was rendered. */
interface Held {
  readonly current: Shortcut | null;
}

interface Registry {
  add: (shortcut: Held) => () => void;
  showAll: () => void;
}

const Context = createContext<Registry | null>(null);

/** None while `shortcut` is null. */
export function useShortcut(shortcut: Shortcut | null): void {
  const registry = use(Context);
  const latest = useRef(shortcut);
  useEffect(() => {
    latest.current = shortcut;
  });
  const isThere = shortcut !== null;
  useEffect(() => (isThere ? registry?.add(latest) : undefined), [isThere, registry]);
}

/** Opens the list of all keys, for who cannot or will not press `?`. */
export function AllKeysButton() {
  const { t } = useText();
  const registry = use(Context);
  if (registry === null) return null;
  return <Button onClick={registry.showAll}>{t("ui.allKeys")}</Button>;
}

export function Shortcuts(props: { children: ReactNode }) {
  const { t } = useText();
  const all = useRef(new Set<Held>()).current;
  const [shown, setShown] = useState<Shortcut[] | null>(null);
  const registry = useMemo<Registry>(
    () => ({
      add: (shortcut) => {
        all.add(shortcut);
        return () => void all.delete(shortcut);
      },
      showAll: () => setShown(shortcutsOf(all)),
    }),
    [all],
  );
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const at = event.target instanceof Element ? event.target : document.body;
      if (isCovered(at)) return;
      const key = meant(event, { inField: at.closest("input, textarea, select, [contenteditable]") !== null, singleKeys: singleKeysAct() });
      if (key === null) return;
      if (key === "?") {
        event.preventDefault();
        registry.showAll();
        return;
      }
      const act = shortcutsOf(all).find((one) => one.act !== undefined && one.keys.includes(key))?.act;
      if (act === undefined) return;
      event.preventDefault();
      act(key);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [all, registry]);
  return (
    <Context value={registry}>
      {props.children}
      <Dialog open={shown !== null} onClose={() => setShown(null)} title={t("ui.keysOnPage")} buttons={<Button onClick={() => setShown(null)}>{t("ui.close")}</Button>}>
        <List shortcuts={shown ?? []} />
        <SingleKeysField />
      </Dialog>
    </Context>
  );
}

function shortcutsOf(all: Set<Held>): Shortcut[] {
  return [...all].flatMap(({ current }) => current ?? []);
}

/** Something floats above the page, or the page waits for its person to sign in again. */
function isCovered(at: Element): boolean {
  return at.closest("[role=dialog], [role=alertdialog], [role=menu]") !== null || document.getElementById("main")?.closest("[inert]") != null;
}

function List(props: { shortcuts: Shortcut[] }) {
  const { t } = useText();
  const act = useSingleKeys();
  const place = ({ keys }: Shortcut) => ORDER.indexOf(keys[0] ?? "");
  const rows = [...props.shortcuts, { keys: ["?"], text: t("ui.keysShow") }].sort((one, other) => place(one) - place(other));
  return (
    <>
      <dl className="grid grid-cols-[max-content_minmax(0,1fr)] items-center gap-x-4 gap-y-2 text-body text-ink">
        {rows.map(({ keys, text }) => (
          <div key={keys.join()} className={classes("contents", !act && keys.every(isSingle) && "text-ink-3")}>
            <dt className="flex flex-wrap gap-1">
              {keys.map((key) => (
                <Keys key={key} name={key} />
              ))}
            </dt>
            <dd className="break-words">{text}</dd>
          </div>
        ))}
      </dl>
      {!act && <p role="status">{t("ui.singleKeysOff")}</p>}
    </>
  );
}

function Keys(props: { name: string }) {
  const { find } = useText();
  return (
    <span className="inline-flex gap-1">
      {props.name.split("+").map((one) => (
        <kbd key={one} className="min-w-6 rounded-tag border border-line-2 bg-sunk px-1.5 text-center font-sans text-row text-ink-2">
          {find(`ui.key.${one}`) ?? one.toUpperCase()}
        </kbd>
      ))}
    </span>
  );
}

