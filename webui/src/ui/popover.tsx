// A popover and a menu that many buttons share: `at` is the button it belongs to, null while it is closed. One of each
// for a list of hundreds of rows, not one a row. The focus goes in, and back to its button.
import { Menu as BaseMenu } from "@base-ui/react/menu";
import { Popover as Base } from "@base-ui/react/popover";
import { type ReactNode, useRef } from "react";
import { classes } from "./classes";
import { Icon } from "./icons";
import type { MenuItem } from "./overlay";

const floating = "rounded-sheet border border-line-2 bg-sheet text-ink shadow-float appear";

interface Shared {
  at: HTMLElement | null;
  onClose: () => void;
  /** What it is, for screen readers. */
  label: string;
}

export function PopoverAt(props: Shared & { children: ReactNode }) {
  const { at, onClose } = props;
  const place = useRef<HTMLSpanElement>(null);
  return (
    <>
      <span ref={place} className="contents" />
      <Base.Root
        open={at !== null}
        onOpenChange={(open, { event }) => {
          // Its own button closes it by itself.
          if (!open && !(event.target instanceof Node && at?.contains(event.target))) onClose();
        }}
      >
        <Base.Portal container={place}>
          <Base.Positioner anchor={at} side="bottom" align="start" sideOffset={6} collisionPadding={16} className="z-40">
            <Base.Popup
              aria-label={props.label}
              finalFocus={() => at}
              className={classes(floating, "max-h-(--available-height) w-[min(24rem,calc(100vw-2rem))] overflow-y-auto p-4")}
            >
              {props.children}
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </>
  );
}

export function MenuAt(props: Shared & { items: MenuItem[] }) {
  const { at, onClose } = props;
  const place = useRef<HTMLSpanElement>(null);
  return (
    <>
      <span ref={place} className="contents" />
      <BaseMenu.Root
        open={at !== null}
        onOpenChange={(open, { event }) => {
          if (!open && !(event.target instanceof Node && at?.contains(event.target))) onClose();
        }}
      >
        <BaseMenu.Portal container={place}>
          <BaseMenu.Positioner anchor={at} side="bottom" align="end" sideOffset={6} collisionPadding={16} className="z-40">
            <BaseMenu.Popup
              aria-label={props.label}
              finalFocus={() => at}
              className={classes(floating, "min-w-44 py-1.5")}
              onKeyDown={(event) => {
                if (event.key !== "Tab") return;
                event.preventDefault();
                onClose();
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
          </BaseMenu.Positioner>
        </BaseMenu.Portal>
      </BaseMenu.Root>
    </>
  );
}
