"""Looks at a page as it stands: axe, its width, its picture, and whether anything ran that should not."""

import functools
import os

from hostile import RAN
from pc import DESKTOP, PHONE
from words import LANGUAGES, REPOSITORY

SHOTS = os.path.join(REPOSITORY, "build", "screenshots")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@functools.cache
def _axe():
    with open(os.path.join(REPOSITORY, "webui", "node_modules", "axe-core", "axe.min.js"), encoding="utf-8") as file:
        return file.read()


# Not with Playwright's own waiting, which the page's policy stops: it evaluates text each time.
_SETTLED = """() => new Promise((done) => {
  const busy = () => document.getAnimations().some((one) => one.playState === "running") || document.fonts.status !== "loaded"
    || document.querySelector("[aria-busy=true], .late") !== null;
  const end = performance.now() + 20000;
  const look = () => busy() && performance.now() < end ? requestAnimationFrame(look) : done(!busy());
  look();
})"""


def settle(page):
    """Waits until nothing is under way and nothing is moving."""
    assert page.evaluate(_SETTLED), f"{page.url} does not come to rest"


def everywhere(page, name, picture=True):
    """Looks at the page as it stands on a wide window and a phone, light and dark; leaves it as it was. The pictures
    are `name-1280.png` and so on in `build/screenshots`."""
    found, before = [], page.viewport_size
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            at = f"{name}-{size['width']}{'-dark' if scheme == 'dark' else ''}"
            found += faults(page, at)
            if picture:
                keep(page, at)
    page.set_viewport_size(before)
    page.emulate_media(color_scheme="light")
    return found


def keep(page, name):
    """Its picture, `name.png` in `build/screenshots`."""
    os.makedirs(SHOTS, exist_ok=True)
    page.screenshot(path=os.path.join(SHOTS, f"{name}.png"), full_page=True)


def in_both_languages(screen, name):
    """`everywhere`, of a page that has the switch of languages."""
    found, before = [], screen.say.language
    for language in sorted(LANGUAGES, key=lambda one: one == before):
        screen.speak(language)
        found += everywhere(screen.page, f"{name}-{language}")
    return found


def faults(page, name):
    """What is wrong with a page: `["contacts: axe color-contrast …", …]`."""
    settle(page)
    found = []
    page.evaluate(_axe())
    for one in page.evaluate("(rules) => axe.run(document, { runOnly: rules }).then((all) => all.violations.map((one) =>"
                             " `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`))", _RULES):
        found.append(f"{name}: axe {one}")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        found.append(f"{name}: {wide} px wider than the window")
    if page.evaluate(f"window.{RAN}") is not None:
        found.append(f"{name}: a text ran as a script")
    return found
