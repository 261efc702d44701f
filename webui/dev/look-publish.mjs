// The part of dev/look.mjs that publishes services. Each step waits for what it should show.
export async function lookAtPublish({ page, name }, base, shoot) {
  const view = { page, name };
  const texts = await import(`../src/locales/${name.startsWith("zh") ? "zh-CN" : "en"}/admin.json`, { with: { type: "json" } }).then((one) => one.default);
  const press = (key, role = "button") => page.getByRole(role, { name: texts[key], exact: true }).locator("visible=true").first().click();
  const heading = (key) => page.getByRole("heading", { level: 1, name: texts[key] }).waitFor();
  const fill = (field, value) => page.locator(`[name=${field}]`).fill(value);
  const named = (key, label) => page.getByRole("button", { name: texts[key].replace("{name}", label), exact: true }).locator("visible=true").first();

  await page.goto(`${base}/publish`);
  await page.getByText(texts["publish.none"]).waitFor();
  await shoot(view, "publish-empty");
  await press("publish.new", "link");
  await heading("publish.new");
  await press("reviewChange");
  await page.locator("[aria-invalid=true]").first().waitFor();
  await shoot(view, "publish-wrong");
  await fill("label", "网店 Web shop");
  await fill("ports", "80、443");
  await page.locator("select[name=device]").waitFor();
  await page.locator("select[name=device]").selectOption({ index: 1 });
  if ((await page.locator("[name=address]").inputValue()) === "") throw new Error("the device was not taken over");
  await page.getByText(texts["publish.some"], { exact: true }).click();
  await fill("addresses", "203.0.113.0/24\n198.51.100.7");
  await fill("until", "2099-12-31");
  await fill("comment", "For the partner in Hamburg 汉堡合作方");
  await shoot(view, "publish-form");
  await press("reviewChange");
  await heading("reviewTitle");
  await page.getByText(texts.whatChanges).first().waitFor();
  await shoot(view, "publish-review");
  await press("try.60");
  await page.locator("[data-trial]").waitFor();
  await heading("publish");
  await page.getByText("网店 Web shop").locator("visible=true").first().waitFor();
  await press("keepSettings");
  await page.getByText(texts.kept).first().waitFor();
  await page.locator("[data-trial]").waitFor({ state: "detached" });
  // A second one wants the same port.
  await page.goto(`${base}/publish/new`);
  await heading("publish.new");
  await fill("label", "Camera");
  await fill("ports", "443");
  await fill("address", "192.168.30.20");
  if ((await page.locator("select[name=zone]").inputValue()) !== "guest") throw new Error("the zone did not follow the address");
  await press("reviewChange");
  await page.locator("[name=ports][aria-invalid=true]").waitFor();
  await fill("ports", "UDP 5000-5010");
  await press("reviewChange");
  await heading("reviewTitle");
  await page.goto(`${base}/publish`);
  await page.getByText("Camera").locator("visible=true").first().waitFor();
  await named("publish.offNamed", "网店 Web shop").click();
  await page.getByText(texts["publish.staged.changed"]).locator("visible=true").first().waitFor();
  await shoot(view, "publish-staged");
  // It survives a reload; one that is taken out can be kept after all.
  await page.reload();
  await named("publish.onNamed", "网店 Web shop").click();
  await named("publish.removeNamed", "网店 Web shop").click();
  await page.getByText(texts["publish.staged.gone"]).locator("visible=true").first().waitFor();
  await shoot(view, "publish-gone");
  await named("publish.restoreNamed", "网店 Web shop").click();
  await page.getByText(texts["publish.state.on"]).locator("visible=true").first().waitFor();
  await page.goto(`${base}/publish/77`);
  await page.getByText(texts["publish.gone"]).waitFor();
}
