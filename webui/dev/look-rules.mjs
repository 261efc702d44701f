// The part of dev/look.mjs that goes through the rules: the list and its pickers, order, filter, what is staged and wrong,
// services, groups, hours, CSV; then reviewed and tried. Each step waits for what it should show.
import { writeFileSync } from "node:fs";

const FILE = "/tmp/gatehouse-look-rules.csv";

export async function lookAtRules({ page, name }, base, shoot) {
  const view = { page, name };
  const texts = await import(`../src/locales/${name.startsWith("zh") ? "zh-CN" : "en"}/admin.json`, { with: { type: "json" } }).then((one) => one.default);
  const dev = (what) => page.request.post(`${base}/api/v1/dev/${what}`);
  const filled = (key, values) => texts[key].replace(/\{(\w+)\}/g, (_, at) => values[at] ?? "");
  const sees = (key) => page.getByText(texts[key].split(/\{\w+\}/).sort((one, other) => other.length - one.length)[0].trim()).locator("visible=true").first().waitFor();
  const press = (key, role = "button") => page.getByRole(role, { name: texts[key], exact: true }).locator("visible=true").first().click();
  const heading = (key) => page.getByRole("heading", { level: 1, name: texts[key] }).waitFor();
  const row = (id) => page.locator(`[data-rule="${id}"]`);
  const picker = (id, topic) => row(id).getByRole("button", { name: texts[`rules.topic.${topic}`] }).first();
  const popup = page.getByRole("dialog");
  const order = () => page.locator("[data-rule]").evaluateAll((all) => all.map((one) => one.dataset.rule).join());
  const must = (truth, what) => {
    if (!truth) throw new Error(what);
  };

  await page.goto(`${base}/rules`);
  await sees("rules.firstDecides");
  await row(4).getByText(texts["rules.remark.shadowed"]).waitFor();
  await shoot(view, "rules");
  must((await row(1).getByRole("group").getAttribute("aria-label")).length > 20, "a rule is not read as a sentence");
  // Pickers: each opens, is staged at once, and gives the focus back.
  for (const topic of ["who", "does", "where", "what", "when", "log"]) {
    await picker(2, topic).click();
    await popup.waitFor();
    await shoot(view, `rules-pick-${topic}`);
    await page.keyboard.press("Escape");
    await popup.waitFor({ state: "detached" });
    must(await picker(2, topic).evaluate((one) => one === document.activeElement), `the focus is lost after ${topic}`);
  }
  await picker(1, "does").click();
  await popup.getByLabel(texts["rules.does.reject"]).click();
  await page.keyboard.press("Escape");
  await row(1).getByText(texts["rules.staged.changed"]).waitFor();
  // The same button closes what it opened.
  await picker(1, "what").click();
  await popup.waitFor();
  await picker(1, "what").click();
  await popup.waitFor({ state: "detached" });
  // The order by keys, by menu, by drag.
  must((await order()) === "1,2,5,3,4", `the order is ${await order()}`);
  const handle = (id) => row(id).getByRole("button").first();
  await handle(1).focus();
  await page.keyboard.press("ArrowDown");
  await page.waitForFunction(() => document.querySelector("[data-rule]").dataset.rule === "2");
  must(await handle(1).evaluate((one) => one === document.activeElement), "the focus is lost after a move");
  await page.keyboard.press("End");
  must((await order()) === "2,5,3,4,1", `after End: ${await order()}`);
  await row(1).getByRole("button", { name: filled("rules.menuOf", { number: 1 }) }).click();
  await page.getByRole("menu").waitFor();
  await shoot(view, "rules-menu");
  await page.getByRole("menuitem", { name: texts["rules.moveFirst"] }).click();
  must((await order()) === "1,2,5,3,4", `after the menu: ${await order()}`);
  // Not at the window's edge, where the page would move.
  await row(5).evaluate((one) => one.scrollIntoView({ block: "center" }));
  const [from, to] = [await handle(3).boundingBox(), await row(5).boundingBox()];
  await page.mouse.move(from.x + 8, from.y + 8);
  await page.mouse.down();
  await page.mouse.move(from.x + 8, to.y + 4, { steps: 6 });
  await shoot(view, "rules-drag");
  await page.mouse.up();
  must((await order()) === "1,2,3,5,4", `after the drag: ${await order()}`);
  // Deleted, and back.
  await row(5).getByRole("button", { name: filled("rules.menuOf", { number: 5 }) }).click();
  await page.getByRole("menuitem", { name: texts["rules.delete"] }).click();
  await row(5).waitFor({ state: "detached" });
  await shoot(view, "rules-deleted");
  await page.locator("[role=dialog], [role=alertdialog]").getByRole("button").first().click().catch(() => {});
  await row(5).waitFor();
  // Filter, with nothing that fits as well.
  await page.locator("main input[type=search]").first().fill("3389");
  await page.locator("main input[type=search]").first().fill("zzz");
  await sees("rules.noneFits");
  await shoot(view, "rules-none");
  await press("rules.showAll");
  // A new rule lacks everything, and an address is wrong: said at their pickers.
  await page.goto(`${base}/rules/new?from=guest&to=office`);
  await page.waitForURL(`${base}/rules`);
  await picker(6, "what").waitFor();
  await press("reviewChange");
  await sees("rules.lacks.what");
  must(await picker(6, "what").evaluate((one) => one === document.activeElement), "what is wrong has no focus");
  await shoot(view, "rules-lacks");
  await picker(6, "what").click();
  await popup.locator("input[type=search]").fill("ssh");
  await popup.getByLabel(texts["service.ssh"]).click();
  await page.keyboard.press("Escape");
  await picker(6, "who").click();
  await popup.getByLabel(texts["rules.someAddresses"]).click();
  await popup.locator("textarea").fill("192.168.30.7，192。168。30。9；192.168.30.300");
  await page.keyboard.press("Escape");
  await press("reviewChange");
  await row(6).getByText("192.168.30.300").nth(1).waitFor();
  await shoot(view, "rules-wrong");
  await picker(6, "who").click();
  await popup.locator("textarea").fill("192.168.30.7\n52-54-00-67-00-99");
  await page.keyboard.press("Escape");
  // Loaded anew, it is still there.
  await page.reload();
  await sees("rules.stagedBack");
  // Another admin is quicker with something else: nothing is lost.
  await dev("other-keeps");
  await press("reviewChange");
  await heading("reviewTitle");
  await page.getByText(texts["try.60"]).waitFor();
  await shoot(view, "rules-review");
  await press("try.60");
  const bar = page.locator("[data-trial]");
  // The page may have learnt of the other's change by itself, or be told now.
  const meanwhile = page.getByText(texts.changedMeanwhile);
  await bar.or(meanwhile).first().waitFor();
  if (await meanwhile.isVisible()) await press("try.60");
  await bar.waitFor();
  await heading("rules");
  must((await page.getByRole("region", { name: texts["rules.stagedTitle"] }).count()) === 0, "what is tried still counts as staged");
  await shoot(view, "rules-trial");
  await bar.getByRole("button").first().click();
  await bar.waitFor({ state: "detached" });
  await sees("rules.stagedText");
  await press("reviewChange");
  await heading("reviewTitle");
  await press("try.60");
  await bar.waitFor();
  await press("keepSettings");
  await bar.waitFor({ state: "detached" });
  must((await page.getByRole("region", { name: texts["rules.stagedTitle"] }).count()) === 0, "what was kept still counts as staged");
  // Services, groups, hours.
  await press("rules.tab.services", "link");
  await sees("services.known");
  await shoot(view, "rules-services");
  await press("services.new", "link");
  await page.locator("input[name=name]").fill("web");
  await page.locator("main form button[type=submit]").click();
  await page.locator("[aria-invalid=true]").first().waitFor();
  await shoot(view, "rules-service-wrong");
  await page.locator("input[name=name]").fill("测量 Scale/2");
  await page.locator("textarea").fill("8080，udp 5000-5010");
  await page.locator("main form button[type=submit]").click();
  await page.getByText("tcp/8080").locator("visible=true").first().waitFor();
  await page.getByRole("link", { name: "测量 Scale/2" }).locator("visible=true").click();
  must((await page.locator("input[name=name]").inputValue()) === "测量 Scale/2", "a name with a slash is not found");
  await page.goto(`${base}/rules/groups`);
  await page.getByText("Empty_of_use").locator("visible=true").first().waitFor();
  await page.getByRole("button", { name: filled("named.delete", { name: "前台" }) }).locator("visible=true").click();
  await popup.waitFor();
  await shoot(view, "rules-groups-used");
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Servers", exact: true }).locator("visible=true").click();
  await page.locator("textarea").waitFor();
  await shoot(view, "rules-group");
  await page.goto(`${base}/rules/hours`);
  await page.getByText("22:00").locator("visible=true").first().waitFor();
  await shoot(view, "rules-hours");
  await page.getByRole("button", { name: texts["zone.change"] }).click();
  await popup.locator("input[type=search]").fill("berl");
  await shoot(view, "rules-zone");
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Night" }).locator("visible=true").click();
  await press("hours.more");
  await page.locator("main form button[type=submit]").click();
  await sees("hours.fault.noDay");
  await shoot(view, "rules-hours-wrong");
  // A table of rules: wrong, then good.
  const choose = async (text) => {
    writeFileSync(FILE, text);
    await page.locator("input[type=file]").setInputFiles(FILE);
    await sees("csv.chosen");
    await press("csv.stage");
  };
  await page.goto(`${base}/rules/import`);
  await press("csv.stage");
  await sees("csv.file.none");
  await choose("id;action;from_zones;to_zones;services;from_addresses\r\n1;allow;office;wan;web;192.168.10.300\r\nx;maybe;office;;web;\r\n");
  await page.locator("main [role=alert]").waitFor();
  await shoot(view, "rules-csv-wrong");
  await choose("id;action;from_zones;to_zones;services;from_addresses\r\n1;allow;office;wan;web;192.168.10.300\r\n");
  await page.getByText(filled("csv.cell", { row: 2, column: "from_addresses" })).waitFor();
  await choose("id;action;from_zones;to_zones;services;comment\r\n1;allow;office;wan;web ping;来自表格\r\n");
  await page.getByText("来自表格").waitFor();
  await shoot(view, "rules-csv-staged");
  // Many of them, and none.
  await press("rules.discard");
  await dev("many-rules");
  await page.goto(`${base}/rules`);
  const begun = Date.now();
  await page.locator('[data-rule="500"]').waitFor({ state: "attached" });
  await page.getByText(texts["rules.hits_other"].replace("{count}", "").trim()).first().waitFor();
  const drawn = Date.now() - begun;
  await picker(3, "log").click();
  const clicked = Date.now();
  await popup.getByRole("radio").nth(1).click();
  await row(3).getByText(texts["rules.staged.changed"]).waitFor();
  console.log(`500 rules ${name}: drawn in ${drawn} ms, edited in ${Date.now() - clicked} ms`);
  await page.keyboard.press("Escape");
  await press("rules.discard");
  await dev("no-rules");
  await page.goto(`${base}/rules`);
  await sees("rules.empty");
  await shoot(view, "rules-empty");
}
