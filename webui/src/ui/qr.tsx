// A QR code as one SVG path, black on white in both themes: cameras want it so.
import { useMemo } from "react";
import { encode } from "uqr";

export function QrCode(props: { text: string; label: string }) {
  const { size, path } = useMemo(() => {
    const code = encode(props.text, { ecc: "M", border: 4 });
    let drawn = "";
    code.data.forEach((row, y) => {
      row.forEach((dark, x) => {
        if (dark) drawn += `M${x} ${y}h1v1h-1z`;
      });
    });
    return { size: code.size, path: drawn };
  }, [props.text]);
  return (
    <svg role="img" aria-label={props.label} viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges" className="size-48 rounded-control bg-paper text-print">
      <path d={path} fill="currentColor" />
    </svg>
  );
}
