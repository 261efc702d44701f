// A page: title, one sentence, one primary action. Sets the document's title, and moves the focus
// to the heading after a change of page, so that a screen reader says where one is.
import { type ReactNode, useEffect, useRef } from "react";
import { useText } from "../i18n";
import { classes } from "./classes";

let firstPage = true;

/** For an `<h1 tabIndex={-1}>`: names the document; after a change the focus goes to the heading, so
    that it is never lost, or stays in a field of the new page that has taken it. `gentle` leaves it to whatever has it. */
export function useHeading(title: string, gentle = false) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { t } = useText();
  const name = t("ui.product");
  const place = gentle ? title : "";
  useEffect(() => {
    document.title = `${title} · ${name}`;
  }, [title, name]);
  useEffect(() => {
    const at = document.activeElement;
    const taken = gentle ? at !== null && at !== document.body : at?.matches("main input, main textarea, main select");
    if (!firstPage && !taken) heading.current?.focus();
    firstPage = false;
  }, [gentle, place]);
  return heading;
}

export function Page(props: {
  title: string;
  lead?: ReactNode;
  /** Stands above the title: the way back. */
  above?: ReactNode;
  /** Beside the title on a wide page. */
  count?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  narrow?: boolean;
}) {
  const heading = useHeading(props.title);
  return (
    <div className={classes("appear mx-auto w-full px-4 py-5 sm:px-6 sm:py-6 lg:px-8", props.narrow ? "max-w-3xl" : "max-w-6xl")}>
      {props.above && <div className="mb-2 text-row break-words">{props.above}</div>}
      <div className="mb-5 flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
        <div className="min-w-0">
          <h1 ref={heading} tabIndex={-1} className="inline text-page font-semibold break-words text-ink">
            {props.title}
          </h1>
          {props.count !== undefined && <span className="ml-3 text-body text-ink-3 tabular-nums">{props.count}</span>}
          {props.lead && <p className="mt-1 max-w-prose text-body break-words text-ink-2">{props.lead}</p>}
        </div>
        {props.actions && <div className="flex flex-wrap gap-2 max-sm:w-full">{props.actions}</div>}
      </div>
      <div className="grid min-w-0 gap-5 [&>*]:min-w-0">{props.children}</div>
    </div>
  );
}

/** One sheet, hairlines inside. */
export function Sheet(props: { title?: ReactNode; aside?: ReactNode; children: ReactNode; bare?: boolean; footer?: ReactNode }) {
  return (
    <section className="min-w-0 rounded-sheet border border-line bg-sheet">
      {props.title && (
        <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 border-b border-line px-4 py-3 sm:px-5">
          <h2 className="text-section font-semibold text-ink">{props.title}</h2>
          {props.aside && <div className="text-row text-ink-3">{props.aside}</div>}
        </div>
      )}
      <div className={props.bare ? "min-w-0" : "min-w-0 px-4 py-4 sm:px-5"}>{props.children}</div>
      {props.footer && (
        <div className="rounded-b-sheet border-t border-line bg-sunk px-4 py-2.5 text-row text-ink-2 sm:px-5">{props.footer}</div>
      )}
    </section>
  );
}

/** Label and value, one beside the other, one below the other on a phone. */
export function Facts(props: { items: { label: ReactNode; value: ReactNode }[] }) {
  return (
    <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-[minmax(9rem,max-content)_1fr] sm:items-baseline sm:gap-y-2">
      {props.items.map((item, index) => (
        <div key={index} className="grid sm:contents">
          <dt className="text-row text-ink-3">{item.label}</dt>
          <dd className="min-w-0 text-body break-words text-ink">{item.value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Actions(props: { children: ReactNode }) {
  return <div className="flex flex-wrap items-center gap-2 max-sm:[&>*]:flex-1">{props.children}</div>;
}
