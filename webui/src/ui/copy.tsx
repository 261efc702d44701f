// Something to be carried elsewhere: shown in figures that cannot be mistaken, copied with one press.
import { Fragment, useEffect, useState } from "react";
import { useText } from "../i18n";
import { Button } from "./button";
import { classes } from "./classes";

function CopyButton(props: { text: string }) {
  const { t } = useText();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 4_000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <Button
      size="row"
      icon={copied ? "check" : "copy"}
      onClick={() => void navigator.clipboard.writeText(props.text).then(() => setCopied(true), () => setCopied(false))}
    >
      <span aria-live="polite">{copied ? t("ui.copied") : t("ui.copy")}</span>
    </Button>
  );
}

/** A line of it ends between two bytes of a fingerprint, as on the console. */
export function Secret(props: { text: string; large?: boolean }) {
  return (
    <div className="flex flex-wrap items-center gap-3">
      <code translate="no" className={classes("font-mono wrap-anywhere text-ink select-all", props.large ? "text-code font-medium tracking-wider" : "text-body")}>
        {props.text.split(/(?<=:)/).map((byte, index) => (
          <Fragment key={index}>
            {byte}
            <wbr />
          </Fragment>
        ))}
      </code>
      <CopyButton text={props.text} />
    </div>
  );
}
