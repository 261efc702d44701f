// The frame of an app: the rail at the side (dark for admin, paper for the CRM), the bar of five at
// the bottom on a phone. One always knows which app one is in.
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { useText } from "../i18n";
import { classes } from "./classes";
import { PageGuard } from "./fault";
import { GoTo } from "./go-to";
import { Icon, type IconName } from "./icons";
import { Menu } from "./overlay";
import { Shortcuts } from "./shortcuts";

export interface Place {
  href: string;
  label: string;
  icon: IconName;
}

type Look = "admin" | "crm";

const LOOKS = {
  admin: {
    rail: "on-rail bg-rail text-rail-text",
    second: "text-rail-text-2",
    mark: "text-rail-accent",
    line: "border-rail-line",
    place: "text-rail-text-2 hover:text-rail-text hover:bg-rail-here",
    here: "bg-rail-here text-rail-text",
    hereIcon: "text-rail-accent",
  },
  crm: {
    rail: "bg-sunk text-ink border-r border-line",
    second: "text-ink-3",
    mark: "text-accent",
    line: "border-line",
    place: "text-ink-2 hover:text-ink hover:bg-tint",
    here: "bg-tint text-accent",
    hereIcon: "text-accent",
  },
};

interface ShellProps {
  look: Look;
  /** The product, or the company's own name in the CRM. */
  name: string;
  second: string;
  places: Place[];
  account: { name: string; second: string; href: string };
  /** Beside the name, on a phone at the top of the page. */
  bell?: ReactNode;
  /** Above every page. */
  above?: ReactNode;
  children: ReactNode;
}

export function Shell(props: ShellProps) {
  const { t } = useText();
  return (
    <Shortcuts>
      <Frame {...props} />
      <GoTo places={placesOf(props, t("ui.account"))} />
    </Shortcuts>
  );
}

/** All pages of the rail and the account's. */
function placesOf(props: ShellProps, account: string): Place[] {
  return [...props.places, { href: props.account.href, label: account, icon: "person" }];
}

function Frame(props: ShellProps) {
  const { t } = useText();
  const look = LOOKS[props.look];
  const [location] = useLocation();
  return (
    <div className="min-h-dvh sm:grid sm:grid-cols-[208px_minmax(0,1fr)] print:block">
      <a
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
        className="sr-only z-50 rounded-control bg-sheet px-3 py-2 text-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        {t("ui.skip")}
      </a>
      <header className={classes("screen-only sticky top-0 flex h-dvh flex-col overflow-y-auto px-3 py-5 max-sm:hidden", look.rail)}>
        <div className="flex items-center justify-between gap-1">
          <Mark look={props.look} name={props.name} second={props.second} />
          {props.bell}
        </div>
        <nav aria-label={t("ui.places")} className="mt-5 grid gap-0.5">
          {props.places.map((place) => {
            const here = isHere(location, place.href);
            return (
              <Link
                key={place.href}
                href={place.href}
                aria-current={here ? "page" : undefined}
                className={classes("flex min-h-9 items-center gap-2.5 rounded-control px-3 text-row", here ? classes(look.here, "font-medium") : look.place)}
              >
                <Icon name={place.icon} className={classes("size-4", here && look.hereIcon)} />
                {place.label}
              </Link>
            );
          })}
        </nav>
        <Link
          href={props.account.href}
          aria-current={isHere(location, props.account.href) ? "page" : undefined}
          className={classes("mt-auto flex items-center gap-2.5 rounded-control border-t px-3 pt-3 pb-2 text-row", look.line)}
        >
          <Avatar name={props.account.name} onRail={props.look === "admin"} />
          <span className="min-w-0">
            <span className="block truncate">{props.account.name}</span>
            <span className={classes("block truncate text-label", look.second)}>{props.account.second}</span>
          </span>
        </Link>
      </header>
      <div className="min-w-0">
        {props.bell && (
          <header className={classes("screen-only flex items-center justify-between gap-2 px-1 py-1 sm:hidden", look.rail)}>
            <Mark look={props.look} name={props.name} second={props.second} />
            {props.bell}
          </header>
        )}
        {props.above}
        <main id="main" tabIndex={-1} className="min-w-0 outline-none max-sm:pb-20">
          <PageGuard place={location}>{props.children}</PageGuard>
        </main>
      </div>
      <BottomBar {...props} location={location} />
    </div>
  );
}

function BottomBar(props: ShellProps & { location: string }) {
  const { t } = useText();
  const [, go] = useLocation();
  const places = placesOf(props, t("ui.account"));
  const shown = places.length <= 5 ? places : places.slice(0, 4);
  const rest = places.slice(shown.length);
  const item = "flex min-h-14 flex-1 flex-col items-center gap-0.5 px-1 py-1.5 text-label text-center";
  return (
    <nav aria-label={t("ui.places")} className="screen-only fixed inset-x-0 bottom-0 z-30 flex border-t border-line bg-sheet pb-[env(safe-area-inset-bottom)] sm:hidden">
      {shown.map((place) => {
        const here = isHere(props.location, place.href);
        return (
          <Link key={place.href} href={place.href} aria-current={here ? "page" : undefined} className={classes(item, here ? "font-medium text-accent" : "text-ink-2")}>
            <Icon name={place.icon} className="size-5" />
            {place.label}
          </Link>
        );
      })}
      {rest.length > 0 && (
        <Menu
          side="top"
          trigger={
            <button type="button" className={classes(item, rest.some((place) => isHere(props.location, place.href)) ? "font-medium text-accent" : "text-ink-2")}>
              <Icon name="menu" className="size-5" />
              {t("ui.more")}
            </button>
          }
          items={rest.map((place) => ({ label: place.label, icon: place.icon, onSelect: () => go(place.href) }))}
        />
      )}
    </nav>
  );
}

function isHere(location: string, href: string): boolean {
  return location === href || (href !== "/" && location.startsWith(`${href}/`));
}

/** The mark, the name, and which app this is. */
export function Mark(props: { look: Look; name: string; second: string }) {
  const look = LOOKS[props.look];
  return (
    <div className="flex items-center gap-2.5 px-3">
      <Icon name="gate" className={classes("size-6", look.mark)} />
      <div className="min-w-0">
        <div className="text-section font-semibold break-words">{props.name}</div>
        <div className={classes("text-label", look.second)}>{props.second}</div>
      </div>
    </div>
  );
}

/** The first character of the name: a family name in Chinese, an initial elsewhere. */
function Avatar(props: { name: string; onRail?: boolean }) {
  const [first = "?"] = [...props.name.trim()];
  return (
    <span
      aria-hidden="true"
      className={classes(
        "inline-flex size-7 shrink-0 items-center justify-center rounded-full text-label font-semibold",
        props.onRail ? "bg-rail-line text-rail-text" : "bg-tint text-accent",
      )}
    >
      {first.toUpperCase()}
    </span>
  );
}

/** A page without the rail: sign-in, locked, claim. Mark above, language below. */
export function Alone(props: { name: string; second: string; children: ReactNode; footer?: ReactNode }) {
  return (
    <div className="grid min-h-dvh grid-rows-[auto_1fr_auto] justify-items-center">
      <header className="w-full max-w-md px-4 pt-8 [&>div]:px-0">
        <Mark look="crm" name={props.name} second={props.second} />
      </header>
      <main className="w-full max-w-md min-w-0 px-4 py-8">{props.children}</main>
      <footer className="w-full max-w-md px-4 pb-6">{props.footer}</footer>
    </div>
  );
}
