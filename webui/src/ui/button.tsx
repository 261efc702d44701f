// Primary (filled, one per view), plain (outline), quiet (text), destructive (red text). A busy
// button keeps its width and its focus, and cannot be pressed twice.
import type { ComponentProps, MouseEvent, ReactNode } from "react";
import { Link } from "wouter";
import { classes } from "./classes";
import { Icon, type IconName } from "./icons";

type ButtonKind = "primary" | "plain" | "quiet" | "destructive" | "destructive-outline" | "bar" | "bar-primary";

interface Look {
  kind?: ButtonKind;
  size?: "row" | "normal" | "large";
  icon?: IconName;
  wide?: boolean;
}

const KINDS: Record<ButtonKind, string> = {
  primary: "bg-accent text-on-accent border-transparent hover:bg-accent-deep",
  plain: "bg-sheet text-ink border-line-2 hover:bg-sunk hover:border-edge",
  quiet: "bg-transparent text-ink-2 border-transparent hover:bg-tint hover:text-ink",
  destructive: "bg-transparent text-bad border-transparent hover:bg-bad-ground",
  "destructive-outline": "bg-sheet text-bad border-bad hover:bg-bad-ground",
  bar: "bg-transparent text-bar-text border-edge hover:border-bar-text",
  "bar-primary": "bg-rail-accent text-rail border-transparent hover:bg-rail-text",
};

const SIZES = {
  row: "min-h-7 px-2.5 text-row target",
  normal: "min-h-8 px-3 text-row target",
  large: "min-h-11 px-5 text-section",
};

export function buttonClass({ kind = "plain", size = "normal", wide }: Look): string {
  return classes(
    "inline-flex items-center justify-center gap-2 rounded-control border font-medium whitespace-nowrap select-none",
    "transition-colors aria-disabled:opacity-60 disabled:opacity-60",
    KINDS[kind],
    SIZES[size],
    wide && "w-full",
  );
}

interface ButtonProps extends Look, Omit<ComponentProps<"button">, "className" | "style"> {
  busy?: boolean;
  /** It cannot be pressed for a time, and keeps the focus. */
  waits?: boolean;
}

export function Button({ kind, size, icon, wide, busy, waits, children, onClick, type = "button", ...rest }: ButtonProps) {
  const press = (event: MouseEvent<HTMLButtonElement>) => {
    if (busy || waits) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <button
      {...rest}
      type={type}
      onClick={press}
      aria-disabled={busy || waits || undefined}
      aria-busy={busy || undefined}
      className={buttonClass({ kind, size, wide })}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** A link that looks like a button: it goes somewhere, it does nothing. */
export function ButtonLink({ href, icon, children, ...look }: Look & { href: string; children: ReactNode }) {
  return (
    <Link href={href} className={buttonClass(look)}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  );
}

export const linkClass = "text-accent underline decoration-line-2 underline-offset-3 hover:decoration-accent";

export function TextLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className={linkClass}>
      {children}
    </Link>
  );
}
