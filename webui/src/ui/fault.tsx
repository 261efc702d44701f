// A fault of our own while a page is drawn: React takes the page away, and without this the screen would be
// white. Whoever meets it reads what happened and has a way on; what was typed is kept where it was.
import { useQueryClient } from "@tanstack/react-query";
import { Component, type ReactNode, useEffect } from "react";
import { useText } from "../i18n";
import { Button } from "./button";
import { Icon } from "./icons";
import { useHeading } from "./page";

interface Caught {
  /** Null is a thing that can be thrown, too. */
  fault: { thrown: unknown } | null;
  place: string;
}

/** Draws `children`, or what stands for them after a fault, until they are tried again or `place` changes. */
class Guard extends Component<{ place: string; instead: (thrown: unknown, again: () => void) => ReactNode; children: ReactNode }, Caught> {
  override state: Caught = { fault: null, place: this.props.place };

  static getDerivedStateFromError(thrown: unknown): Partial<Caught> {
    return { fault: { thrown } };
  }

  static getDerivedStateFromProps(props: { place: string }, state: Caught): Caught {
    return props.place === state.place ? state : { fault: null, place: props.place };
  }

  override render() {
    const { fault } = this.state;
    return fault === null ? this.props.children : this.props.instead(fault.thrown, () => this.setState({ fault: null }));
  }
}

/** Around one page: the rail beside it still works, and another place is a new start. */
export function PageGuard(props: { place: string; children: ReactNode }) {
  return (
    <Guard
      place={props.place}
      instead={(thrown, again) => (
        <div className="mx-auto w-full max-w-3xl px-4 py-5 sm:px-6 sm:py-6 lg:px-8">
          <Fault thrown={thrown} again={again} />
        </div>
      )}
    >
      {props.children}
    </Guard>
  );
}

/** Around a whole app: nothing of it is left to go to, so it can be loaded anew as well. */
export function AppGuard(props: { children: ReactNode }) {
  return (
    <Guard
      place=""
      instead={(thrown, again) => (
        <main className="mx-auto grid min-h-dvh w-full max-w-md content-center px-4 py-8">
          <Fault thrown={thrown} again={again} whole />
        </main>
      )}
    >
      {props.children}
    </Guard>
  );
}

function Fault(props: { thrown: unknown; again: () => void; whole?: boolean }) {
  const { t } = useText();
  const title = t("ui.faultTitle");
  const heading = useHeading(title);
  const client = useQueryClient();
  // An answer that the page stumbled over is asked for again, not met again.
  useEffect(() => client.removeQueries({ type: "inactive" }), [client]);
  return (
    <div role="alert" className="grid justify-items-start gap-3 rounded-sheet border border-line bg-sheet px-4 py-5 sm:px-5">
      <h1 ref={heading} tabIndex={-1} className="flex items-start gap-2 text-section font-semibold text-bad outline-none">
        <Icon name="octagonCross" className="mt-1 size-4" />
        {title}
      </h1>
      <p className="text-body text-ink-2">{t(props.whole ? "ui.faultWhole" : "ui.faultPage")}</p>
      <div className="flex flex-wrap gap-2 max-sm:w-full max-sm:[&>*]:flex-1">
        <Button kind="primary" onClick={props.again}>
          {t("ui.tryAgain")}
        </Button>
        {props.whole && <Button onClick={() => location.assign("/")}>{t("ui.faultReload")}</Button>}
      </div>
      <p className="w-full border-t border-line pt-3 text-row text-ink-3">
        {t("ui.faultDetail")}{" "}
        <code translate="no" className="font-mono wrap-anywhere text-ink-2 select-all">
          {nameOf(props.thrown)}
        </code>
      </p>
    </div>
  );
}

/** As the browser names it, for whoever mends it; long ones are cut. */
function nameOf(thrown: unknown): string {
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
