// A QR code as one SVG path, black on white in both themes: cameras want it so.
import { useMemo } from "react";
import { encode } from "uqr";
import { classes } from "./classes";

/** `dense`: of a text so long that only a large picture can be read. */
export function QrCode(props: { text: string; label: string; dense?: boolean }) {
  const { size, path } = useMemo(() => {
    const code = encode(props.text, { ecc: props.dense ? "L" : "M", border: 4 });
    let drawn = "";
    code.data.forEach((row, y) => {
      row.forEach((dark, x) => {
        if (dark) drawn += `M${x} ${y}h1v1h-1z`;
      });
    });
    return { size: code.size, path: drawn };
  }, [props.dense, props.text]);
  return (
    <svg role="img" aria-label={props.label} viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges" className={classes("max-w-full rounded-control bg-paper text-print", props.dense ? "size-88" : "size-48")}>
      <path d={path} fill="currentColor" />
    </svg>
  );
}
