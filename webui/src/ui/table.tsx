// A table with a sticky head and sortable columns; on a phone each row becomes two lines. Below the
// columns' least width it scrolls inside itself, never the page.
import { type ReactNode, type RefObject, useRef } from "react";
import { useText } from "../i18n";
import { classes } from "./classes";
import { Icon } from "./icons";
import { useRowKeys } from "./row-keys";

export interface Column<R> {
  key: string;
  head: string;
  cell: (row: R) => ReactNode;
  /** Field to sort by; without it the column cannot be sorted. */
  sort?: string;
  number?: boolean;
  /** Least width class, such as `min-w-40`. */
  width?: string;
}

export function Table<R>(props: {
  /** What the table holds, for screen readers. */
  label: string;
  columns: Column<R>[];
  rows: R[];
  rowKey: (row: R) => string;
  /** `name` ascending, `-name` descending. */
  sort?: string;
  onSort?: (sort: string) => void;
  /** The row on a phone: title, second line, and what stands at the right. */
  phone: (row: R) => { title: ReactNode; line?: ReactNode; aside?: ReactNode };
  /** Opens a row by pointer; the first cell must hold the link for the keyboard. */
  onOpen?: (row: R) => void;
  busy?: boolean;
  /** What scrolls, for who keeps the place. */
  scroller?: RefObject<HTMLDivElement | null>;
}) {
  const element = useRef<HTMLDivElement>(null);
  useRowKeys(element, props.onOpen !== undefined);
  return (
    <div ref={element}>
      <ul aria-label={props.label} aria-busy={props.busy} className="sm:hidden">
        {props.rows.map((row) => {
          const { title, line, aside } = props.phone(row);
          return (
            <li key={props.rowKey(row)} data-row className="flex items-center gap-3 border-b border-line px-4 py-3 last:border-b-0">
              <div className="min-w-0 flex-1">
                <div className="text-section font-semibold break-words text-ink">{title}</div>
                {line && <div className="text-row break-words text-ink-2">{line}</div>}
              </div>
              {aside && <div className="shrink-0 text-right text-row text-ink-2">{aside}</div>}
            </li>
          );
        })}
      </ul>
      <div ref={props.scroller} className="max-h-[calc(100dvh-14rem)] min-h-40 scroll-pt-11 overflow-auto max-sm:hidden" tabIndex={0} role="region" aria-label={props.label}>
        <table aria-label={props.label} aria-busy={props.busy} className="w-full border-separate border-spacing-0 text-row">
          <thead>
            <tr>
              {props.columns.map((column) => (
                <Head key={column.key} column={column} sort={props.sort} onSort={props.onSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {props.rows.map((row) => (
              <tr
                key={props.rowKey(row)}
                data-row
                onClick={props.onOpen && ((event) => !(event.target as HTMLElement).closest("a,button,input,select") && props.onOpen?.(row))}
                className={classes("group", props.onOpen && "cursor-pointer hover:bg-tint")}
              >
                {props.columns.map((column) => (
                  <td
                    key={column.key}
                    className={classes(
                      "h-10 max-w-80 border-b border-line px-3 py-1.5 align-middle wrap-anywhere text-ink-2 group-last:border-b-0 first:pl-5 first:font-semibold first:text-ink last:pr-5",
                      column.number && "text-right whitespace-nowrap tabular-nums",
                    )}
                  >
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Head<R>(props: { column: Column<R>; sort?: string; onSort?: (sort: string) => void }) {
  const { column, sort, onSort } = props;
  const { t } = useText();
  const up = column.sort !== undefined && sort === column.sort;
  const down = column.sort !== undefined && sort === `-${column.sort}`;
  return (
    <th
      scope="col"
      aria-sort={column.sort === undefined || !onSort ? undefined : up ? "ascending" : down ? "descending" : "none"}
      className={classes(
        "sticky top-0 z-10 border-b border-line-2 bg-sunk px-3 text-label font-medium whitespace-nowrap text-ink-3 first:pl-5 last:pr-5",
        column.number ? "text-right" : "text-left",
        column.width,
      )}
    >
      {column.sort !== undefined && onSort ? (
        <button
          type="button"
          title={t("ui.sortBy", { column: column.head })}
          onClick={() => onSort(up ? `-${column.sort}` : (column.sort ?? ""))}
          className={classes("-mx-1.5 inline-flex min-h-9 items-center gap-1.5 rounded-tag px-1.5 hover:text-ink", (up || down) && "text-ink")}
        >
          {column.head}
          {(up || down) && <Icon name={up ? "arrowUp" : "arrowDown"} className="size-3.5" />}
        </button>
      ) : (
        <span className="inline-flex min-h-9 items-center">{column.head}</span>
      )}
    </th>
  );
}
