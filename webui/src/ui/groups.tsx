// Something to be copied onto paper: it breaks only between its groups or words, so that no line
// ends in the middle of one. No copy button: it belongs on paper, not on the clipboard.
import { Fragment } from "react";
import { classes } from "../ui/classes";

export function Groups(props: { text: string; large?: boolean }) {
  return (
    <code translate="no" className={classes("font-medium text-ink select-all", props.large ? "text-code" : "text-section")}>
      {props.text.split(/(?<=[- ])/).map((group, index) => (
        <Fragment key={index}>
          <span className="font-mono tracking-wider whitespace-nowrap">{group}</span>
          <wbr />
        </Fragment>
      ))}
    </code>
  );
}
