// A popover with a button of its own, and below it a popover and a menu that many buttons share: `at` is the button it belongs to, null while it is closed. One of each
// for a list of hundreds of rows, not one a row. The focus goes in, and back to its button.
import { Menu as BaseMenu } from "@base-ui/react/menu";
import { Popover as Base } from "@base-ui/react/popover";
import { type ReactElement, type ReactNode, useRef } from "react";
import { classes } from "./classes";
import { floating, type MenuItem, MenuItems } from "./menu-items";

/** It hangs from the page itself: a rail that scrolls would cut it off. */
export function Popover(props: { open: boolean; onOpen: (open: boolean) => void; label: string; trigger: ReactElement; children: ReactNode }) {
  return (
    <Base.Root open={props.open} onOpenChange={props.onOpen}>
      <Base.Trigger render={props.trigger} />
      <Base.Portal>
        <Base.Positioner side="bottom" align="start" sideOffset={6} collisionPadding={16} className="z-40">
          <Base.Popup aria-label={props.label} className={classes(floating, "max-h-(--available-height) w-[min(24rem,calc(100vw-2rem))] overflow-y-auto p-4")}>
            {props.children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

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
            <MenuItems label={props.label} items={props.items} finalFocus={() => at} onClose={onClose} />
          </BaseMenu.Positioner>
        </BaseMenu.Portal>
      </BaseMenu.Root>
    </>
  );
}
