// The part of dev/look.mjs that prepares changes of zones, ports and what passes, reviews them and keeps them. Each step
// waits for what it should show.
export async function lookAtZones({ page, name }, base, shoot) {
  const view = { page, name };
  const texts = await import(`../src/locales/${name.startsWith("zh") ? "zh-CN" : "en"}/admin.json`, { with: { type: "json" } }).then((one) => one.default);
  const isPhone = name.endsWith("-360");
  const press = (key, role = "button") => page.getByRole(role, { name: texts[key], exact: true }).locator("visible=true").first().click();
  const heading = (key) => page.getByRole("heading", { level: 1, name: texts[key] }).waitFor();
  const staged = () => page.getByRole("heading", { name: texts.staged }).waitFor();
  const says = (from, to, allow, key = "cell") => texts[key].replace("{from}", texts[`zone.${from}`]).replace("{to}", texts[`zone.${to}`]).replace("{allow}", texts[`allow.${allow}`]);

  await page.goto(`${base}/zones`);
  await page.getByRole("heading", { name: texts.whoToWhom }).waitFor();
  const row = page.getByRole("button", { name: texts.cellFrom.replace("{from}", texts["zone.guest"]) }).filter({ hasText: texts["zone.office"] });
  if (isPhone) await row.click();
  else {
    await page.getByRole("gridcell", { name: says("guest", "office", "none"), exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.matches("[data-cell-choice]"));
  }
  await page.locator("[data-cell-choice]").locator("visible=true").selectOption("web");
  await staged();
  if (isPhone) await row.filter({ hasText: texts["allow.web"] }).waitFor();
  else await page.getByRole("gridcell", { name: says("guest", "office", "web", "cellPrepared"), exact: true }).waitFor();
  await shoot(view, "zones-staged");
  // A new zone: the box refuses its VLAN first.
  await press("zoneNew", "link");
  await heading("zoneNew");
  await press("prepare");
  await page.locator("[aria-invalid=true]").first().waitFor();
  await page.locator("input[name=label]").fill("仓库 2 楼 Warehouse");
  await page.locator("input[name=vlan]").fill("10");
  await press("prepare");
  await page.locator("input[name=vlan][aria-invalid=true]").waitFor();
  await shoot(view, "zone-wrong");
  await page.locator("input[name=vlan]").fill("40");
  await page.locator("input[name=address]").fill("10.40.0.1/22");
  if ((await page.locator("input[name=from]").inputValue()) !== "10.40.0.100") throw new Error("the range did not follow the subnet");
  await page.getByText(texts.zoneIsolated).click();
  await shoot(view, "zone-new");
  await press("prepare");
  await heading("zones");
  await page.getByText("仓库 2 楼 Warehouse").locator("visible=true").first().waitFor();
  // A card took the place of another one.
  await page.getByRole("button", { name: texts.isNewCard.replace("{port}", "lan2") }).click();
  await page.goto(`${base}/zones/port/lan3`);
  await page.getByRole("checkbox").last().check();
  await shoot(view, "port-trunk");
  await press("prepare");
  await heading("zones");
  await page.goto(`${base}/zones/route/new`);
  await page.locator("input[name=network]").fill("10.20.0.0/16");
  await page.locator("input[name=via]").fill("192.168.10.2");
  await shoot(view, "route");
  await press("prepare");
  await heading("zones");
  await staged();
  await shoot(view, "zones-all");
  // It survives a reload, and what goes with a zone is said first.
  await page.reload();
  await staged();
  await page.goto(`${base}/zones/zone/guest`);
  await page.getByRole("button", { name: texts.zoneRemoveAsk }).click();
  await page.getByRole("dialog").waitFor();
  await shoot(view, "zone-remove");
  await page.keyboard.press("Escape");
  await page.goto(`${base}/zones`);
  await press("reviewChange", "link");
  await heading("reviewTitle");
  await page.getByText(texts.whatChanges).first().waitFor();
  await shoot(view, "zones-review");
  await press("try.60");
  await page.locator("[data-trial]").waitFor();
  await heading("zones");
  if (await page.getByRole("heading", { name: texts.staged }).isVisible()) throw new Error("what is tried is prepared still");
  await shoot(view, "zones-trial");
  await press("keepSettings");
  await page.getByText(texts.kept).first().waitFor();
  await page.locator("[data-trial]").waitFor({ state: "detached" });
  // A free card becomes a port; then everything prepared is dropped.
  await page.goto(`${base}/zones/card/52:54:00:00:00:99`);
  await page.getByText(texts.portGone).waitFor();
  await shoot(view, "card-gone");
  await page.goto(`${base}/zones/zone/office`);
  await page.locator("input[name=label]").fill("");
  await page.locator("input[name=label]").fill("Sales");
  await press("prepare");
  await staged();
  await press("discard");
  await press("discardAll");
  await page.getByRole("heading", { name: texts.staged }).waitFor({ state: "detached" });
}
