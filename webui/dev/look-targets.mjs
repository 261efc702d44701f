// Pictures of who is told: the list with each state, a form that is refused, a secret that is shown once, nobody at all.
export async function lookAtTargets({ base, view, shoot }) {
  const { page } = view;
  await page.goto(`${base}/alerts/targets`);
  await page.locator("main li").nth(3).waitFor();
  await shoot(view, "targets");
  await page.locator("main li").first().locator("button").last().click();
  await page.locator("[role=dialog]").waitFor();
  await shoot(view, "targets-remove");
  await page.keyboard.press("Escape");
  await page.locator("[role=dialog]").waitFor({ state: "detached" });
  await page.locator("main li h2 a").first().click();
  await page.locator("input[name=host]").waitFor();
  await shoot(view, "targets-edit");
  await page.goto(`${base}/alerts/targets/new`);
  await page.locator("input[name=host]").waitFor();
  await page.locator("textarea[name=recipients]").fill("owner");
  await page.locator("label", { has: page.locator("input[type=checkbox]") }).first().click();
  await page.locator("main form button[type=submit]").click();
  await page.locator("[aria-invalid=true]").first().waitFor();
  await shoot(view, "targets-wrong");
  await page.locator("select[name=way]").selectOption("feishu");
  await page.locator("input[name=secret]").waitFor();
  await shoot(view, "targets-robot");
  await page.locator("select[name=way]").selectOption("webhook");
  await page.locator("input[name=name]").fill("Help desk");
  await page.locator("input[name=address]").fill("https://hooks.example.net/in");
  await page.locator("main form button[type=submit]").click();
  await page.locator("main code").waitFor();
  await shoot(view, "targets-secret");
  await page.request.post(`${base}/api/v1/alerts/targets/dev`, { data: { none: true } });
  await page.goto(`${base}/alerts/targets`);
  await page.locator("main section").first().waitFor();
  await shoot(view, "targets-none");
  await page.request.post(`${base}/api/v1/alerts/targets/dev`, { data: {} });
}
