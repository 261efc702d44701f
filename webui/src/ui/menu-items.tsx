// What is in a menu, wherever it hangs: the list of its items.
import { Menu as BaseMenu } from "@base-ui/react/menu";
import { classes } from "./classes";
import { Icon, type IconName } from "./icons";

/** The look of what floats over the page. */
export const floating = "rounded-sheet border border-line-2 bg-sheet text-ink shadow-float appear";

export interface MenuItem {
  label: string;
  icon?: IconName;
  onSelect: () => void;
  destructive?: boolean;
  /** It is shown, and does nothing now. */
  disabled?: boolean;
}

/** Tab closes it, as Escape does. */
export function MenuItems(props: { label?: string; items: MenuItem[]; finalFocus?: () => HTMLElement | null; onClose: () => void }) {
  return (
    <BaseMenu.Popup
      aria-label={props.label}
      finalFocus={props.finalFocus}
      className={classes(floating, "min-w-44 py-1.5")}
      onKeyDown={(event) => {
        if (event.key !== "Tab") return;
        event.preventDefault();
        props.onClose();
      }}
    >
      {props.items.map((item) => (
        <BaseMenu.Item
          key={item.label}
          disabled={item.disabled}
          onClick={item.onSelect}
          className={classes(
            "flex min-h-9 cursor-pointer items-center gap-2.5 px-3.5 text-body outline-none data-disabled:cursor-default data-disabled:text-ink-3 data-highlighted:bg-tint max-sm:min-h-11",
            item.destructive ? "text-bad" : "text-ink",
          )}
        >
          {item.icon && <Icon name={item.icon} />}
          {item.label}
        </BaseMenu.Item>
      ))}
    </BaseMenu.Popup>
  );
}
