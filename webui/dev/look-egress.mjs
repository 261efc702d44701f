// Pictures of where the box's own programs may go: the list, what is asked for, a form that is refused, and the review.
export async function lookAtEgress({ base, view, shoot }) {
  const { page } = view;
  const see = async (path, title) => {
    await page.goto(base + path);
    await page.locator("h1").first().waitFor();
    await shoot(view, title);
  };
  await page.goto(`${base}/egress`);
  await page.locator("main li").first().waitFor();
  await shoot(view, "egress");
  await page.goto(`${base}/egress/new?wanted=aa11`);
  await page.locator("form").waitFor();
  await shoot(view, "egress-allow");
  await page.locator("input[name=to]").fill("10.0.0.1");
  await page.locator("main form button[type=submit]").click();
  await page.locator("[aria-invalid=true]").first().waitFor();
  await shoot(view, "egress-refused");
  await page.locator("input[name=to]").fill("https://API.Courier.example/v2");
  await page.locator("main form button[type=submit]").click();
  await page.waitForURL("**/egress/review");
  await page.locator("main form, main button").first().waitFor();
  await shoot(view, "egress-review");
  await page.goBack();
  await page.locator("input[name=to]").waitFor();
  if ((await page.locator("input[name=to]").inputValue()) !== "api.courier.example") throw new Error("Back from the review lost what was typed");
  await page.locator("input[name=to]").fill("例子.cn");
  await page.getByText("xn--fsqu00a.cn").waitFor();
  await page.goto(`${base}/egress`);
  await page.locator("main section").last().locator("li button").first().click();
  await page.locator("main [role=status]").first().waitFor();
  await shoot(view, "egress-prepared");
  await see("/egress/change/nothing", "egress-gone");
}
