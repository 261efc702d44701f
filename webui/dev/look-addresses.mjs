// Pictures of names and addresses: what is given out, one fixed in one click, the list with what is prepared, a form that
// is refused, and the review.
export async function lookAtAddresses({ base, view, shoot }) {
  const { page } = view;
  const see = async (path, title) => {
    await page.goto(base + path);
    await page.locator("h1").first().waitFor();
    await shoot(view, title);
  };
  await see("/addresses/fixed", "fixed-none");
  await see("/addresses?search=nothing-like-this", "leases-no-match");
  await page.goto(`${base}/addresses`);
  const fix = page.locator("main [data-row] button:visible").first();
  await fix.waitFor();
  await shoot(view, "leases");
  await fix.click();
  await page.locator("form").waitFor();
  await shoot(view, "addresses-review");
  await page.goto(`${base}/addresses/fixed/new`);
  await page.locator("input[name=mac]").fill("52-54-00-AA-BB-CC");
  await page.locator("input[name=address]").fill("192.168.10.1");
  await page.locator("input[name=name]").fill("wpad");
  await page.locator("main form button[type=submit]").click();
  await page.locator("[aria-invalid=true]").first().waitFor();
  await shoot(view, "fixed-refused");
  await page.locator("input[name=address]").fill("192.168.10.77");
  await page.locator("input[name=name]").fill("camera-yard");
  await page.locator("main form button[type=submit]").click();
  await page.waitForURL("**/addresses/review");
  await see("/addresses/fixed", "fixed-prepared");
  // A card has colons in its name.
  await page.locator("main a[href*='/addresses/fixed/'][href*='%3A']").locator("visible=true").first().click();
  await page.locator("input[name=mac]").waitFor();
  await see("/addresses/names", "names-provider");
  await page.locator("select[name=who]").selectOption("tls");
  await page.locator("main form button[type=submit]").click();
  await page.locator("[aria-invalid=true]").first().waitFor();
  await shoot(view, "names-nobody");
  await page.getByRole("button", { name: /Quad9/ }).first().click();
  await page.getByRole("button", { name: /AliDNS/ }).first().click();
  await page.locator("input[name=name-1]").fill("quad9");
  await page.locator("label input[type=checkbox]").check();
  await page.locator("main form button[type=submit]").click();
  await page.locator("[aria-invalid=true]").first().waitFor();
  await shoot(view, "names-refused");
  await page.locator("input[name=name-1]").fill("dns.quad9.net");
  await page.locator("main form button[type=submit]").click();
  await page.waitForURL("**/addresses/names/review");
  await page.locator("form").waitFor();
  await shoot(view, "names-review");
  await see("/addresses/names", "names-prepared");
}
