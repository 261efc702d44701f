import { expect, test } from "vitest";
import { deviceOf } from "../src/ui/device";
import en from "../src/locales/en/ui.json";

const KIT = "AppleWebKit/537.36 (KHTML, like Gecko)";

test.each([
  [`Mozilla/5.0 (X11; Linux x86_64) ${KIT} Chrome/143.0.0.0 Safari/537.36`, "chrome", "linux"],
  [`Mozilla/5.0 (X11; Linux x86_64) ${KIT} HeadlessChrome/143.0.0.0 Safari/537.36`, "chrome", "linux"],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${KIT} Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0`, "edge", "windows"],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${KIT} Chrome/142.0.0.0 Safari/537.36 OPR/126.0.0.0`, "opera", "windows"],
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "firefox", "windows"],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15", "safari", "macos"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1", "safari", "ios"],
  ["Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/143.0.0.0 Mobile/15E148 Safari/604.1", "chrome", "ipados"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.60", "wechat", "ios"],
  [`Mozilla/5.0 (Linux; Android 10; K) ${KIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`, "samsung", "android"],
  [`Mozilla/5.0 (Linux; Android 10; K) ${KIT} Chrome/143.0.0.0 Mobile Safari/537.36`, "chrome", "android"],
  [`Mozilla/5.0 (Phone; OpenHarmony 5.0) ${KIT} Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1 HuaweiBrowser/5.0 Mobile`, "huawei", "harmonyos"],
  [`Mozilla/5.0 (Windows NT 10.0; WOW64) ${KIT} Chrome/123.0.0.0 Safari/537.36 Core/1.116 QQBrowser/19.0`, "qq", "windows"],
  [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${KIT} Chrome/143.0.0.0 Safari/537.36`, "chrome", "chromeos"],
])("%s", (agent, browser, system) => {
  expect(deviceOf(agent)).toEqual({ browser, system });
  expect(en).toHaveProperty([`browser.${browser}`]);
  expect(en).toHaveProperty([`system.${system}`]);
});

test("what is not known is not made up, whatever it holds", () => {
  for (const agent of ["", "curl/8.14.1", "<img src=x onerror=alert(1)>", "Chrome", "‮emorhC/1", "__proto__/1", "Version/1".repeat(20_000)]) {
    expect(deviceOf(agent)).toEqual({ browser: null, system: null });
  }
  expect(deviceOf("curl/8.14.1 (Windows)")).toEqual({ browser: null, system: "windows" });
});
