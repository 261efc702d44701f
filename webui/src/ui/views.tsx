// The views of one subject as links in a row. Where the window is too narrow for all, the one that is open is scrolled to.
import { useEffect, useRef } from "react";
import { Link } from "wouter";
import { classes } from "./classes";

interface View {
  href: string;
  text: string;
  /** How many there are of it, in words. */
  count?: string;
}

export function Views(props: { label: string; at: string; views: View[] }) {
  const row = useRef<HTMLElement>(null);
  useEffect(() => {
    const here = row.current?.querySelector<HTMLElement>("[aria-current]");
    if (row.current && here) row.current.scrollLeft = here.offsetLeft - (row.current.clientWidth - here.clientWidth) / 2;
  }, [props.at]);
  return (
    <nav ref={row} aria-label={props.label} className="relative -mb-1 flex gap-1 overflow-x-auto border-b border-line">
      {props.views.map(({ href, text, count }) => {
        const isHere = href === props.at;
        return (
          <Link
            key={href}
            href={href}
            aria-current={isHere ? "page" : undefined}
            className={classes("-mb-px inline-flex min-h-11 shrink-0 items-center gap-2 border-b-2 px-3 text-row whitespace-nowrap sm:min-h-9", isHere ? "border-accent font-medium text-ink" : "border-transparent text-ink-2 hover:text-ink")}
          >
            {text}
            {count !== undefined && <span className="font-normal text-ink-3 tabular-nums">{count}</span>}
          </Link>
        );
      })}
    </nav>
  );
}
