// Pictures of what is blocked: lists with what became of them, a name asked for, one allowed by one press, and none at all.
export async function lookAtBlocking({ base, view, shoot }) {
  const { page } = view;
  await page.goto(`${base}/addresses/blocking`);
  await page.locator("main form").first().waitFor();
  await shoot(view, "blocking");
  await page.locator("main input[name=name]").fill("ads.example.com");
  await page.locator("main form").last().locator("button[type=submit]").click();
  await page.locator("main ul li").last().waitFor();
  await shoot(view, "blocking-asked");
  await page.locator("main [aria-label*='ads.example.com'] >> visible=true").last().waitFor();
  await page.locator("main ul li button:visible").first().click();
  await page.waitForURL("**/addresses/blocking/review");
  await page.locator("main h1").waitFor();
  await shoot(view, "blocking-review");
  await page.goto(`${base}/addresses/blocking`);
  await page.locator("main form").first().waitFor();
  await shoot(view, "blocking-prepared");
}
