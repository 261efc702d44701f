// What a browser calls itself, as people call it. Anybody can send anything there: what is not known is not shown.

/** The first whose sign stands there is it: most claim to be others, too. */
const BROWSERS: [name: string, sign: RegExp][] = [
  ["wechat", /MicroMessenger\//],
  ["qq", /QQBrowser\//],
  ["uc", /(?:UCBrowser|UBrowser)\//],
  ["huawei", /HuaweiBrowser\//],
  ["xiaomi", /MiuiBrowser\//],
  ["samsung", /SamsungBrowser\//],
  ["edge", /Edg(?:e|A|iOS)?\//],
  ["opera", /(?:OPR|OPiOS|OPT|Opera)\//],
  ["vivaldi", /Vivaldi\//],
  ["firefox", /(?:Firefox|FxiOS)\//],
  ["chrome", /(?:Chrome|Chromium|CriOS)\//],
  ["safari", /Version\/[\d.]+ (?:Mobile\/\w+ )?Safari\//],
];

const SYSTEMS: [name: string, sign: RegExp][] = [
  ["ipados", /\(iPad\b/],
  ["ios", /\((?:iPhone|iPod)\b/],
  ["harmonyos", /HarmonyOS|OpenHarmony/],
  ["android", /\bAndroid\b/],
  ["chromeos", /\bCrOS\b/],
  ["windows", /\bWindows\b/],
  ["macos", /\bMacintosh\b/],
  ["linux", /\bLinux\b/],
];

interface Device {
  browser: string | null;
  system: string | null;
}

/** Of a `User-Agent`, the keys of `ui.browser.…` and `ui.system.…`. */
export function deviceOf(agent: string): Device {
  const named = (all: typeof BROWSERS) => all.find(([, sign]) => sign.test(agent))?.[0] ?? null;
  return { browser: named(BROWSERS), system: named(SYSTEMS) };
}
