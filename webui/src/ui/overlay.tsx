// What floats: dialog, menu, toast. Focus goes in, and back to what opened it.
import { Dialog as Base } from "@base-ui/react/dialog";
import { Menu as BaseMenu } from "@base-ui/react/menu";
import { Toast as BaseToast } from "@base-ui/react/toast";
import { type ReactElement, type ReactNode, useMemo, useRef, useState } from "react";
import { useText } from "../i18n";
import { buttonClass } from "./button";
import { classes } from "./classes";
import { Icon } from "./icons";
import { floating, type MenuItem, MenuItems } from "./menu-items";

/** One question whose answer fits in five lines; the safe answer closes, `children` hold the buttons. */
export function Dialog(props: {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  /** The buttons; the first is the safe one. */
  buttons: ReactNode;
}) {
  return (
    <Base.Root open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Base.Portal>
        <Base.Backdrop className="appear fixed inset-0 z-40 bg-rail/50" />
        <Base.Popup
          className={classes(
            floating,
            "fixed top-1/2 left-1/2 z-50 grid max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 gap-3 overflow-y-auto p-5",
          )}
        >
          <Base.Title className="text-section font-semibold break-words">{props.title}</Base.Title>
          <Base.Description render={<div />} className="grid gap-3 text-body text-ink-2">
            {props.children}
          </Base.Description>
          <div className="mt-1 flex flex-wrap justify-end gap-2 max-sm:[&>*]:flex-1">{props.buttons}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

/** It opens beside its button in the page's order, inside the same landmark; Tab closes it, as Escape does. */
export function Menu(props: { trigger: ReactElement; items: MenuItem[]; side?: "top" | "bottom" }) {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLSpanElement>(null);
  return (
    <BaseMenu.Root open={open} onOpenChange={setOpen}>
      <BaseMenu.Trigger render={props.trigger} />
      <span ref={place} className="contents" />
      <BaseMenu.Portal container={place}>
        <BaseMenu.Positioner side={props.side ?? "bottom"} align="end" sideOffset={6} className="z-50">
          <MenuItems items={props.items} onClose={() => setOpen(false)} />
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}

const TOAST_MS = 8_000;

/** Around the app: shows toasts, 8 s each, staying while hovered or focused. Errors are never toasts. */
export function Toasts(props: { children: ReactNode }) {
  return (
    <BaseToast.Provider timeout={TOAST_MS} limit={3}>
      {props.children}
      <BaseToast.Portal>
        <BaseToast.Viewport className="screen-only fixed inset-x-4 bottom-20 z-50 mx-auto grid max-w-md grid-cols-1 gap-2 sm:bottom-6 [:root:has([data-lower-bar])_&]:bottom-50 sm:[:root:has([data-lower-bar])_&]:bottom-24">
          <ToastList />
        </BaseToast.Viewport>
      </BaseToast.Portal>
    </BaseToast.Provider>
  );
}

function ToastList() {
  const { toasts } = BaseToast.useToastManager();
  const { t } = useText();
  return toasts.map((toast) => (
    <BaseToast.Root
      key={toast.id}
      toast={toast}
      swipeDirection={[]}
      className="appear flex min-w-0 items-center gap-3 rounded-sheet bg-bar px-4 py-2.5 text-bar-text shadow-float data-limited:hidden"
    >
      <BaseToast.Title className="min-w-0 flex-1 text-body wrap-anywhere" />
      <BaseToast.Action className={classes(buttonClass({ kind: "bar" }), "shrink-0")} />
      <BaseToast.Close
        aria-label={t("ui.close")}
        className="inline-flex size-8 shrink-0 items-center justify-center rounded-control text-bar-text-2 hover:text-bar-text max-sm:size-11"
      >
        <Icon name="cross" />
      </BaseToast.Close>
    </BaseToast.Root>
  ));
}

/** `toast("Deleted 王芳", undo)`: says what was done; with `undo` it can be taken back at once. */
export function useToast(): (text: string, undo?: () => void) => void {
  const manager = BaseToast.useToastManager();
  const { t } = useText();
  return useMemo(
    () => (text, undo) => {
      let undone = false;
      const id = manager.add({
        title: text,
        actionProps: undo && {
          children: t("ui.undo"),
          onClick: () => {
            // It is still there while it fades: a second click takes nothing back.
            if (undone) return;
            undone = true;
            manager.close(id);
            undo();
          },
        },
      });
    },
    [manager, t],
  );
}
