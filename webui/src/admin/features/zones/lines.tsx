// The lines of the map. The drawing is stretched to its place, so each line keeps its own width; a broken one is
// dashed and bears a cross. Decoration: what it means stands in words at its ends.
import type { ReactNode } from "react";
import { classes } from "../../../ui/classes";
import { Icon } from "../../../ui/icons";
import { isBroken, type Line } from "./picture";

interface LineLook {
  broken: boolean;
  light: "passes" | "blocked" | null;
}

export function lineLook(line: Line, light: LineLook["light"]): LineLook {
  return { broken: isBroken(line), light };
}

function stroke({ broken, light }: LineLook): string {
  if (light === "passes") return "stroke-accent stroke-3";
  if (light === "blocked") return "stroke-ink-2 stroke-3";
  return broken ? "stroke-warn stroke-2" : "stroke-edge stroke-2";
}

function Stroke(props: { d: string; look: LineLook }) {
  return (
    <path d={props.d} strokeDasharray={props.look.broken ? "4 4" : undefined} vectorEffect="non-scaling-stroke" className={classes("fill-none transition-colors", stroke(props.look))} />
  );
}

function Drawing(props: { width: number; height: number; className: string; children: ReactNode }) {
  return (
    <svg viewBox={`0 0 ${props.width} ${props.height}`} preserveAspectRatio="none" aria-hidden="true" focusable="false" className={classes("absolute inset-0 size-full", props.className)}>
      {props.children}
    </svg>
  );
}

/** From the internet to the box. */
export function StraightLine({ look }: { look: LineLook }) {
  return (
    <div className="relative min-h-6 @sm:h-6">
      <Drawing width={2} height={2} className="@sm:hidden">
        <Stroke d="M1 0V2" look={look} />
      </Drawing>
      <Drawing width={2} height={2} className="hidden @sm:block">
        <Stroke d="M0 1H2" look={look} />
      </Drawing>
      {look.broken && <Break className="top-1/2 left-1/2" />}
    </div>
  );
}

/** From the box to each of as many rows of one height. */
export function BranchLines({ looks }: { looks: LineLook[] }) {
  const height = looks.length * 2;
  // What is lit or broken is drawn last, over the others.
  const drawn = looks.map((look, row) => ({ look, row })).sort((one, other) => rank(one.look) - rank(other.look));
  return (
    <div className="relative self-stretch">
      <Drawing width={2} height={height} className="@sm:hidden">
        <Stroke d={`M1 0V${height - 1}`} look={{ broken: false, light: null }} />
        {drawn.map(({ look, row }) => (
          <Stroke key={row} d={look.light === null ? `M1 ${row * 2 + 1}H2` : `M1 0V${row * 2 + 1}H2`} look={look} />
        ))}
      </Drawing>
      <Drawing width={2} height={height} className="hidden @sm:block">
        {drawn.map(({ look, row }) => (
          <Stroke key={row} d={`M0 ${height / 2}C1 ${height / 2} 1 ${row * 2 + 1} 2 ${row * 2 + 1}`} look={look} />
        ))}
      </Drawing>
      <div className="absolute inset-y-0 right-0 grid auto-rows-fr">
        {looks.map((look, row) => (
          <div key={row} className="relative">
            {look.broken && <Break className="top-1/2 -left-1.5" />}
          </div>
        ))}
      </div>
    </div>
  );
}

function rank(look: LineLook): number {
  return look.light !== null ? 2 : look.broken ? 1 : 0;
}

function Break(props: { className: string }) {
  return (
    <span aria-hidden="true" className={classes("absolute -translate-x-1/2 -translate-y-1/2 rounded-full border border-warn bg-sheet p-px text-warn", props.className)}>
      <Icon name="cross" className="size-2.5" />
    </span>
  );
}
