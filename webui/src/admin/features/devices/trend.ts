// A trend line: where its points lie, what stands at its grid, and what is said of it. Pure.

export const WIDTH = 600;
export const HEIGHT = 96;
/** Minutes that there is room for. */
export const MINUTES = 60;

/** Half of less is no whole number, which is what stands at the line in the middle. */
const TOP_LEAST = 10;

/** The least even amount that nothing exceeds. */
export function topOf(values: number[]): number {
  const most = Math.max(TOP_LEAST, ...values);
  const unit = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * unit).find((top) => top >= most) ?? most;
}

/** The points of a polyline; the newest is at the right edge. */
export function pointsOf(values: number[], top: number): string {
  const step = WIDTH / (MINUTES - 1);
  const start = WIDTH - step * (values.length - 1);
  return values.map((value, index) => `${round(start + index * step)},${round(HEIGHT - (Math.min(value, top) / top) * HEIGHT)}`).join(" ");
}

const round = (value: number) => Math.round(value * 10) / 10;

export interface Peak {
  value: number;
  /** Minutes before the end of the line. */
  ago: number;
}

/** The latest of the highest. */
export function peakOf(values: number[]): Peak {
  const value = Math.max(0, ...values);
  const at = values.lastIndexOf(value);
  return { value, ago: at < 0 ? 0 : values.length - 1 - at };
}

export function sumOf(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
