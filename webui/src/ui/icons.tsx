// One set: 24 grid, stroke 1.75, round ends. An icon beside its word is decoration; an icon alone
// stands in a button with an `aria-label`.
import { classes } from "./classes";

const PATHS = {
  gate: "M4 21V11a8 8 0 0 1 16 0v10M8 21v-9M12 21V9.5M16 21v-9M4 15.5h16",
  shield: "M12 3 5 6v5c0 4.6 2.9 8.1 7 10 4.1-1.9 7-5.4 7-10V6zM9 12l2 2 4-4",
  zones: "M9 3h6v5H9zM3 16h6v5H3zM15 16h6v5h-6zM12 8v4M6 16v-4h12v4",
  people: "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 21c0-4 3-6.5 7-6.5s7 2.5 7 6.5M16 3.4a4 4 0 0 1 0 7.2M18 14.8c2.4.8 4 3 4 6.2",
  person: "M12 12a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM4 21c0-4.2 3.4-7 8-7s8 2.8 8 7",
  database: "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zM4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3",
  certificate: "M5 3h14v11H5zM9 7h6M9 10h3M9 17.5a3 3 0 1 0 6 0 3 3 0 0 0-6 0",
  log: "M5 3h14v18H5zM9 8h6M9 12h6M9 16h3",
  key: "M8 15a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 11h9v4M17 11v3",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 21h4M12 3v2",
  bellOff: "M4 4l16 16M8.2 6.4A6 6 0 0 1 18 11v4M6 10.5V16l-1.5 2H17M10 21h4",
  lock: "M5 11h14v10H5zM8 11V7.5a4 4 0 0 1 8 0V11M12 15v2",
  unlock: "M5 11h14v10H5zM8 11V7.5a4 4 0 0 1 7.7-1.5M12 15v2",
  signIn: "M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M4 12h11M11 8l4 4-4 4",
  signOut: "M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4M9 12h11M16 8l4 4-4 4",
  window: "M3 5h18v14H3zM3 9h18",
  suppliers: "M3 8h13v9H3zM16 11h3l2 3v3h-5M7 19.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17 19.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  circleCheck: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 12l2.5 2.5 4.5-5",
  triangle: "M12 4 2.5 20h19zM12 10v4M12 17h.01",
  octagonCross: "M8 3h8l5 5v8l-5 5H8l-5-5V8zM9 9l6 6M15 9l-6 6",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8h.01",
  check: "m5 12.5 4.5 4.5L19 7",
  cross: "M6 6l12 12M18 6 6 18",
  plus: "M12 5v14M5 12h14",
  chevronDown: "m6 9 6 6 6-6",
  chevronRight: "m9 6 6 6-6 6",
  arrowUp: "M12 19V5M6 11l6-6 6 6",
  arrowDown: "M12 5v14M6 13l6 6 6-6",
  arrowRight: "M5 12h14M13 6l6 6-6 6",
  eye: "M2 12s3.6-7 10-7 10 7 10 7-3.6 7-10 7-10-7-10-7zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  eyeOff: "M4 4l16 16M9.9 5.2A10 10 0 0 1 12 5c6.4 0 10 7 10 7a17 17 0 0 1-3 3.8M6.3 6.8A16 16 0 0 0 2 12s3.6 7 10 7a10 10 0 0 0 5-1.4M9.9 9.9a3 3 0 0 0 4.2 4.2",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5",
  filter: "M4 6h16M7 12h10M10 18h4",
  menu: "M4 6h16M4 12h16M4 18h16",
  settings: "M4 8h8M18 8h2M15 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 16h2M12 16h8M9 19a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2",
  upload: "M12 15V4M7 8l5-4 5 4M4 20h16",
  download: "M12 4v11M7 11l5 5 5-5M4 20h16",
  print: "M7 9V3h10v6M7 17H4V9h16v8h-3M7 14h10v7H7z",
  send: "M3 11.5 21 4l-6 17-4-7zM11 14 21 4",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  refresh: "M20 11a8 8 0 0 0-14-4.5L3 9M3 4v5h5M4 13a8 8 0 0 0 14 4.5l3-2.5M21 20v-5h-5",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14M10 11v6M14 11v6",
  undo: "M9 6 4 11l5 5M4 11h10a5 5 0 0 1 0 10h-3",
  globe: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c2.5 2.5 3.8 5.5 3.8 9s-1.3 6.5-3.8 9c-2.5-2.5-3.8-5.5-3.8-9S9.5 5.5 12 3z",
  screen: "M3 4h18v12H3zM8 20h8M12 16v4",
  wifi: "M2 9a15 15 0 0 1 20 0M5 12.5a10 10 0 0 1 14 0M8.5 16a5 5 0 0 1 7 0M12 20h.01",
  phone: "M5 3h4l2 5-2.5 1.5a12 12 0 0 0 6 6L16 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 5a2 2 0 0 1 2-2z",
  note: "M5 3h10l4 4v14H5zM14 3v5h5M9 13h6M9 17h4",
  rules: "M4 6h10M4 12h16M4 18h7M17.5 3.5v5M14 15.5v5",
  grip: "M9 6m-.75 0a.75.75 0 1 0 1.5 0a.75.75 0 1 0-1.5 0M15 6m-.75 0a.75.75 0 1 0 1.5 0a.75.75 0 1 0-1.5 0M9 12m-.75 0a.75.75 0 1 0 1.5 0a.75.75 0 1 0-1.5 0M15 12m-.75 0a.75.75 0 1 0 1.5 0a.75.75 0 1 0-1.5 0M9 18m-.75 0a.75.75 0 1 0 1.5 0a.75.75 0 1 0-1.5 0M15 18m-.75 0a.75.75 0 1 0 1.5 0a.75.75 0 1 0-1.5 0",
  dots: "M5 12m-.75 0a.75.75 0 1 0 1.5 0a.75.75 0 1 0-1.5 0M12 12m-.75 0a.75.75 0 1 0 1.5 0a.75.75 0 1 0-1.5 0M19 12m-.75 0a.75.75 0 1 0 1.5 0a.75.75 0 1 0-1.5 0",
  contacts: "M5 3h14v18H5zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM8.5 17c.3-2 1.7-3 3.5-3s3.2 1 3.5 3M3 7h2M3 12h2M3 17h2",
} satisfies Record<string, string>;

export type IconName = keyof typeof PATHS | "circleDashed";

export function Icon(props: { name: IconName; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      className={classes("shrink-0", props.className ?? "size-4")}
    >
      {props.name === "circleDashed" ? (
        <circle cx="12" cy="12" r="9" strokeDasharray="3.6 3.47" />
      ) : (
        <path d={PATHS[props.name]} />
      )}
    </svg>
  );
}
