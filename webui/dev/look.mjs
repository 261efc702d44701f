// Takes pictures of every page of the fixture (dev/server.mjs) into shots/, runs axe on each, and
// says what the console said.  node dev/look.mjs
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { lookAtAlerts } from "./look-alerts.mjs";
import { lookAtBlocking } from "./look-blocking.mjs";
import { lookAtEgress } from "./look-egress.mjs";
import { lookAtRules } from "./look-rules.mjs";
import { lookAtPublish } from "./look-publish.mjs";
import { lookAtAddresses } from "./look-addresses.mjs";
import { lookAtSettings } from "./look-settings.mjs";
import { lookAtTargets } from "./look-targets.mjs";
import { lookAtZones } from "./look-zones.mjs";

const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const OUT = new URL("../shots/", import.meta.url).pathname;
mkdirSync(OUT, { recursive: true });
const only = process.argv[2];
let findings = 0;

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });

// Two clones may look at once: LOOK_PORTS=100 node dev/look.mjs
const PORTS = Number(process.env.LOOK_PORTS ?? 0);

async function withServer(mode, first, work) {
  const port = first + PORTS;
  const server = spawn("node", [new URL("server.mjs", import.meta.url).pathname, mode], { env: { ...process.env, PORT: String(port) }, stdio: "inherit" });
  try {
    for (let i = 0; i < 50; i += 1) {
      if (await fetch(`http://localhost:${port}/`).then(() => true, () => false)) break;
      await new Promise((done) => setTimeout(done, 100));
    }
    await work(`http://localhost:${port}`);
  } finally {
    server.kill();
  }
}

async function pageOf({ width, theme, language }) {
  // axe is injected by the debugger, past the page's policy; the policy itself stays on.
  const context = await browser.newContext({ viewport: { width, height: width < 600 ? 780 : 900 }, colorScheme: theme, locale: language, reducedMotion: "reduce" });
  await context.addInitScript((chosen) => localStorage.setItem("language", chosen), language);
  const page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !/the server responded with a status of|net::ERR_/.test(message.text())) {
      findings += 1;
      console.log(`CONSOLE ${message.type()}: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => {
    findings += 1;
    console.log(`PAGE ERROR ${error.message}`);
  });
  return { page, name: `${language}-${theme}-${width}`, close: () => context.close() };
}

async function shoot(view, title) {
  await view.page.waitForTimeout(350);
  await view.page.screenshot({ path: `${OUT}${title}-${view.name}.png`, fullPage: true });
  const wide = await view.page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  if (wide) {
    findings += 1;
    console.log(`WIDE ${title} ${view.name}`);
  }
  await view.page.evaluate(AXE);
  const result = await view.page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  for (const one of result.violations) {
    findings += 1;
    console.log(`AXE ${title} ${view.name}: ${one.id}: ${one.nodes.map((node) => node.html.slice(0, 140)).slice(0, 3).join(" | ")}`);
  }
}

const views = [];
for (const language of ["en", "zh-CN"]) for (const theme of ["light", "dark"]) for (const width of [360, 1280]) views.push({ language, theme, width });
// Only some of them: LOOK=en-light-360 node dev/look.mjs settings
if (process.env.LOOK) views.splice(0, views.length, ...views.filter((one) => `${one.language}-${one.theme}-${one.width}`.includes(process.env.LOOK)));

const PAGES = { protection: "/", zones: "/zones", devices: "/devices", connections: "/devices/connections", refused: "/devices/refused", traffic: "/devices/traffic", device: "/devices/traffic?device=3c:52:a1:00:00:00", quarantine: "/devices/quarantine?in=3c:52:a1:00:00:02", access: "/crm-access", crm: "/crm", settings: "/settings", import: "/settings/import", log: "/log", certificate: "/certificate", account: "/account", missing: "/nothing" };
if (!only || only === "pages") {
  await withServer("ready", 8791, async (base) => {
    for (const options of views) {
      const view = await pageOf(options);
      await view.page.request.patch(`${base}/api/v1/account`, { data: { language: options.language } });
      for (const [title, path] of Object.entries(PAGES)) {
        await view.page.goto(base + path);
        await view.page.locator("h1").first().waitFor();
        await shoot(view, title);
      }
      await view.close();
    }
  });
}
if (!only || only === "setup") {
  for (const options of views) {
    await withServer("setup", 8792, async (base) => {
      const view = await pageOf(options);
      const { page } = view;
      const next = () => page.locator("main form button[type=submit]").click();
      await page.goto(base);
      await page.locator("h1").waitFor();
      await page.locator("input").first().fill("wrong");
      await next();
      await page.locator("[role=alert]").waitFor();
      await shoot(view, "setup-1");
      await page.locator("input").first().fill("RIGHT");
      await next();
      await page.locator("input[name=name]").fill("Ruth Meyer");
      await page.locator("input[name=password]").fill("short");
      await next();
      await page.locator("[aria-invalid=true]").waitFor();
      await shoot(view, "setup-2");
      await page.locator("input[name=password]").fill("seven calm grey herons");
      await next();
      await page.locator("svg[role=img]").waitFor();
      await page.locator("input[name=code]").fill("000000");
      await next();
      await page.locator("[role=alert]").waitFor();
      await shoot(view, "setup-3");
      await page.locator("input[name=code]").fill("123 456");
      await next();
      await page.locator("select").first().waitFor();
      await shoot(view, "setup-4");
      await next();
      await page.locator("code").waitFor();
      await shoot(view, "setup-5");
      await view.close();
    });
  }
}
if (!only || only === "sign-in") {
  await withServer("out", 8793, async (base) => {
    for (const options of views) {
      const view = await pageOf(options);
      const { page } = view;
      await page.request.post(`${base}/api/v1/dev/sign-out`);
      await page.goto(base);
      await page.locator("input[name=password]").fill("wrong");
      await page.locator("form button[type=submit]").click();
      await page.locator("[role=alert]").waitFor();
      await shoot(view, "sign-in");
      await page.locator("input[name=password]").fill("right");
      await page.locator("form button[type=submit]").click();
      await page.locator("input[name=code]").fill("123456");
      await page.locator("form button[type=submit]").click();
      await page.locator("nav").first().waitFor({ state: "attached" });
      // What is typed survives the end of the session.
      await page.goto(`${base}/crm-access`);
      await page.locator("select").first().selectOption("some");
      await page.locator("textarea").fill("x");
      await page.locator("form button[type=submit]").click();
      await page.locator("[aria-invalid=true]").waitFor();
      await shoot(view, "access-wrong");
      await page.locator("textarea").fill("192.168.10.20");
      await page.request.post(`${base}/api/v1/dev/sign-out`);
      await page.locator("main form button[type=submit]").click();
      await page.locator("[role=dialog]").waitFor();
      await shoot(view, "ended");
      await page.locator("[role=dialog] input[name=password]").fill("right");
      await page.locator("[role=dialog] button[type=submit]").click();
      await page.locator("[role=dialog] input[name=code]").fill("123456");
      await page.locator("[role=dialog] button[type=submit]").click();
      await page.locator("[role=dialog]").waitFor({ state: "detached" });
      const kept = await page.locator("textarea").inputValue();
      if (kept !== "192.168.10.20") {
        findings += 1;
        console.log(`LOST ${view.name}: ${kept}`);
      }
      await view.close();
    }
  });
}
const CHANGES = { settings: lookAtSettings, zones: lookAtZones, rules: lookAtRules, publish: lookAtPublish };
for (const [part, look] of Object.entries(CHANGES)) {
  if (only && only !== part) continue;
  for (const options of views) {
    await withServer("ready", 8794, async (base) => {
      const view = await pageOf(options);
      await view.page.request.patch(`${base}/api/v1/account`, { data: { language: options.language } });
      view.page.setDefaultTimeout(45_000);
      await look(view, base, shoot).catch(async (error) => {
        findings += 1;
        console.log(`FAILED ${view.name}: ${error.stack}`);
        await view.page.screenshot({ path: `${OUT}failed-${view.name}.png`, fullPage: true });
      });
      await view.close();
    });
  }
}
if (!only || only === "addresses") {
  for (const options of views) {
    await withServer("ready", 8795, async (base) => {
      const view = await pageOf(options);
      await view.page.request.patch(`${base}/api/v1/account`, { data: { language: options.language } });
      await lookAtAddresses({ base, view, shoot });
      await view.close();
    });
  }
}
if (!only || only === "egress") {
  for (const options of views) {
    await withServer("ready", 8796, async (base) => {
      const view = await pageOf(options);
      await view.page.request.patch(`${base}/api/v1/account`, { data: { language: options.language } });
      await lookAtEgress({ base, view, shoot });
      await view.close();
    });
  }
}
if (!only || only === "blocking") {
  for (const options of views) {
    await withServer("ready", 8797, async (base) => {
      const view = await pageOf(options);
      await view.page.request.patch(`${base}/api/v1/account`, { data: { language: options.language } });
      await lookAtBlocking({ base, view, shoot });
      await view.close();
    });
  }
}
if (!only || only === "alerts") {
  for (const options of views) {
    await withServer("ready", 8798, async (base) => {
      const view = await pageOf(options);
      await view.page.request.patch(`${base}/api/v1/account`, { data: { language: options.language } });
      await lookAtAlerts({ base, view, shoot });
      await view.close();
    });
  }
}
if (!only || only === "targets") {
  for (const options of views) {
    await withServer("ready", 8799, async (base) => {
      const view = await pageOf(options);
      await view.page.request.patch(`${base}/api/v1/account`, { data: { language: options.language } });
      await lookAtTargets({ base, view, shoot });
      await view.close();
    });
  }
}
await browser.close();
console.log(`${findings} findings`);
process.exit(findings === 0 ? 0 : 1);
