// The part of dev/look.mjs that goes through a change of settings: proposed, reviewed, tried, kept, undone, run out, and
// what else can happen to it. Each step waits for what it should show.
import { writeFileSync } from "node:fs";

const FILE = "/tmp/gatehouse-look-settings.json";

export async function lookAtSettings({ page, name }, base, shoot) {
  const view = { page, name };
  const texts = await import(`../src/locales/${name.startsWith("zh") ? "zh-CN" : "en"}/admin.json`, { with: { type: "json" } }).then((one) => one.default);
  const dev = (what) => page.request.post(`${base}/api/v1/dev/${what}`);
  // The longest piece without a name in it.
  const sees = (key) => page.getByText(texts[key].split(/\{\w+\}/).sort((one, other) => other.length - one.length)[0].trim()).locator("visible=true").first().waitFor();
  const press = (key, role = "button") => page.getByRole(role, { name: texts[key] }).first().click();
  const bar = page.locator("[data-trial]");
  const heading = (key) => page.getByRole("heading", { level: 1, name: texts[key] }).waitFor();
  const pick = async (who) => {
    await page.goto(`${base}/crm-access`);
    await page.locator("main select").first().selectOption(who);
    if (who === "some") await page.locator("main textarea").fill("192.168.10.20\n192.168.10.32/28");
    await press("reviewChange");
    await heading("reviewTitle");
    await page.getByText(texts.whatChanges).first().waitFor();
  };

  await pick("some");
  await page.locator("main input[type=text]").fill("Front desk only");
  await page.locator("main details summary").click();
  await shoot(view, "review");
  // Back, and there again: nothing is lost, not even by a reload.
  await press("access", "link");
  await heading("access");
  if ((await page.locator("main textarea").inputValue()) !== "192.168.10.20\n192.168.10.32/28") throw new Error("back lost what was typed");
  await page.reload();
  await sees("pickedBack");
  await shoot(view, "access-back");
  await press("reviewChange");
  await heading("reviewTitle");
  await page.getByText(texts["try.60"]).waitFor();
  if ((await page.locator("main input[type=text]").inputValue()) !== "Front desk only") throw new Error("back lost the reason");
  // Somebody is quicker.
  await dev("other-keeps");
  await press("try.60");
  await sees("changedMeanwhile");
  await page.getByText(texts["try.60"]).waitFor();
  await shoot(view, "review-meanwhile");
  // It is tried: kept over a new connection, at once or in the end.
  await press("try.60");
  await bar.waitFor();
  await heading("access");
  await shoot(view, "trial");
  await page.reload();
  await bar.getByRole("button", { name: texts.keepSettings }).waitFor();
  await dev("old-connections");
  await bar.locator("summary").click();
  await press("keepSettings");
  await sees("keeping.old-connection");
  await shoot(view, "trial-keeping");
  await page.getByText(texts.kept).first().waitFor();
  await bar.waitFor({ state: "detached" });
  // Undone by oneself: what was picked is back.
  await pick("nobody");
  await shoot(view, "review-warning");
  await press("try.60");
  await bar.waitFor();
  await bar.getByRole("button").first().click();
  await page.getByText(texts.undone).first().waitFor();
  await sees("pickedBack");
  // Undone by somebody else, the time run out, the box started anew.
  for (const [what, ending] of [["other-undoes", "undoneBy"], ["time-runs-out", "expired"], ["box-restarts", "restarted"]]) {
    await press("reviewChange");
    await press("try.60");
    await bar.waitFor();
    await dev(what);
    await sees(`ended.${ending}`);
    if (ending !== "restarted") await shoot(view, `ended-${ending}`);
  }
  // The box is silent meanwhile.
  await press("reviewChange");
  await press("try.60");
  await bar.waitFor();
  await dev("silent");
  await sees("trialSilent");
  await page.evaluate(() => scrollTo(0, 400));
  await shoot(view, "trial-silent");
  await dev("answers");
  await page.getByText(texts.trialSilent).waitFor({ state: "detached" });
  await bar.getByRole("button").first().click();
  await bar.waitFor({ state: "detached" });
  // The new settings let this page in no more: until when, and what became of it.
  await press("reviewChange");
  await page.getByText(texts["try.60"]).waitFor();
  await dev("shuts-out");
  await press("try.60");
  await sees("unansweredReturns");
  await shoot(view, "unanswered");
  await page.getByText(texts["ended.unanswered"]).locator("visible=true").first().waitFor({ timeout: 40_000 });
  await heading("access");
  await sees("pickedBack");
  await shoot(view, "ended-unanswered");
  // The same, and the page is loaded anew in the middle of it.
  await press("reviewChange");
  await page.getByText(texts["try.60"]).waitFor();
  await dev("shuts-out");
  await press("try.60");
  await sees("unansweredReturns");
  await dev("answers");
  await page.reload();
  await page.getByText(texts.trialLost).waitFor();
  await shoot(view, "trial-answer-lost");
  await bar.getByRole("button").first().click();
  await bar.waitFor({ state: "detached" });
  await page.goto(`${base}/crm-access`);
  // Another's trial: by itself, on every page, and no second one beside it.
  await press("reviewChange");
  await page.getByText(texts["try.60"]).waitFor();
  await dev("other-tries");
  await sees("waits");
  await sees("againstTrial");
  await shoot(view, "trial-of-other");
  await page.goto(`${base}/zones`);
  await bar.waitFor();
  await shoot(view, "trial-of-other-zones");
  await page.goto(`${base}/settings`);
  await sees("inForceState.trying");
  await page.getByText(texts["outcome.trying"]).first().waitFor();
  await shoot(view, "settings-trying");
  await bar.getByRole("button").first().click();
  await bar.waitFor({ state: "detached" });
  // The history, and the way back.
  await page.goto(`${base}/settings`);
  await press("olderChanges");
  await sees("changesAll_other");
  await shoot(view, "settings");
  await page.locator("main ol a").nth(8).click();
  await heading("change");
  await page.locator("main [aria-busy=true]").waitFor({ state: "detached" });
  await page.getByRole("link", { name: texts.goBackBefore }).or(page.getByRole("link", { name: texts.tryAgain })).first().waitFor();
  await shoot(view, "settings-change");
  await page.locator("main a").last().click();
  await heading("reviewTitle");
  await page.getByText(texts["try.60"]).waitFor();
  await shoot(view, "settings-go-back");
  // A file: none, no JSON, refused by the box, nothing new, then a good one.
  const document = await (await page.request.get(`${base}/api/v1/settings/export`)).json();
  const file = (text) => writeFileSync(FILE, text);
  const choose = () => page.locator("input[type=file]").setInputFiles(FILE);
  await page.goto(`${base}/settings/import`);
  await press("reviewChange");
  await sees("file.none");
  file("no json");
  await choose();
  await sees("file.notJson");
  await shoot(view, "import-wrong");
  file(JSON.stringify({ ...document, zones: {} }));
  await choose();
  await press("reviewChange");
  await page.locator("main [role=alert]").waitFor();
  await shoot(view, "import-refused");
  file(JSON.stringify(document));
  await choose();
  await sees("fileChosen");
  await press("reviewChange");
  await sees("changesNothing");
  await shoot(view, "review-nothing");
  await press("importTitle", "link");
  file(JSON.stringify({ ...document, language: "zh-CN" }));
  await choose();
  await press("reviewChange");
  await page.getByText(texts["try.60"]).waitFor();
  await page.locator("main select").selectOption("600");
  await press("try.600");
  await bar.waitFor();
  await heading("settings");
  await press("keepSettings");
  await bar.waitFor({ state: "detached" });
  // The box moves: five minutes at least, and where to keep it. A long list in whole.
  const moved = structuredClone(document);
  moved.zones.office.ipv4.address = "192.168.77.1/24";
  moved.zones.guest.ipv4.address = "10.20.30.1/24";
  moved.crm.reachable_from = [{ zone: "office", addresses: Array.from({ length: 40 }, (_, index) => `192.168.77.${20 + index}`) }];
  await page.goto(`${base}/settings/import`);
  file(JSON.stringify(moved));
  await choose();
  await press("reviewChange");
  await sees("movesRenew");
  await page.locator("main details summary").first().click();
  if ((await page.locator("main select").inputValue()) !== "300") throw new Error("less than five minutes for a box that moves");
  await shoot(view, "review-moves");
  await press("try.300");
  await bar.waitFor();
  await bar.locator("summary").first().click();
  await bar.locator("summary").nth(1).click();
  await shoot(view, "trial-moves");
  await bar.getByRole("button").first().click();
  await bar.waitFor({ state: "detached" });
  await dev("nothing-yet");
  await page.reload();
  await sees("historyEmpty");
  await shoot(view, "settings-empty");
}
