"""One page as a person has it before them: fields by their labels, buttons by their words. `Walk` counts what the
person does on the way."""

import re

from playwright.sync_api import expect

from words import NAMES, Words

# What a page of the application itself sends.
_SEND = """async ([method, path, body]) => {
  const answer = await fetch("/api/v1" + path, { method, body: body && JSON.stringify(body),
    headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() } });
  return [answer.status, answer.status === 204 ? null : await answer.json()];
}"""
# The box may be an emulated processor with two browsers beside it.
PATIENCE = 90_000
expect.set_options(timeout=PATIENCE)


class Walk:
    """Forms that were filled in and sent, and presses of the pointer."""

    def __init__(self):
        self.forms, self.presses = [], 0

    def report(self):
        """What was counted, in words."""
        return f"{len(self.forms)} steps ({', '.join(self.forms)}), {self.presses} clicks"


class Screen:
    """A page in one language, or a part of it: `root` is what fields and buttons are looked for in."""

    def __init__(self, page, language="en", walk=None, root=None):
        self.page, self.say, self.walk = page, Words(language), walk or Walk()
        self.root = root or page
        page.set_default_timeout(PATIENCE)

    def dialog(self):
        """What floats above the page and asks something."""
        return Screen(self.page, self.say.language, self.walk, self.page.get_by_role("dialog"))

    def open(self, address):
        """Goes to an address, as typed."""
        self.page.goto(address)
        return self

    def heading(self, text):
        """Waits for the page's title."""
        expect(self.page.get_by_role("heading", level=1, name=text, exact=True)).to_be_visible()
        return self

    def field(self, key, **values):
        """A control by its label; a label may say that it is optional."""
        name = self.say(key, **values)
        found = self.root.get_by_label(re.compile(f"^{re.escape(name)}( ?{re.escape(self.say('ui.optional'))})?$"))
        return found.and_(self.page.locator("input, select, textarea"))

    def fill_in(self, values):
        """Types into fields: `{"ui.name": "Ruth"}`."""
        for key, value in values.items():
            self.field(key).fill(value)
        return self

    def choose(self, key, value):
        """Picks from a list."""
        self.walk.presses += 1
        self.field(key).select_option(value)
        return self

    def press(self, key, role="button", **values):
        """Presses a button, or follows a link."""
        self.walk.presses += 1
        self.root.get_by_role(role, name=self.say(key, **values), exact=True).click()
        return self

    def go(self, key):
        """Follows a link of the rail to the page of that title."""
        self.walk.presses += 1
        rail = self.page.get_by_role("navigation", name=self.say("ui.places"))
        rail.get_by_role("link", name=self.say(key), exact=True).click()
        return self.heading(self.say(key))

    def send(self, key, form):
        """Presses the button that ends a step of this name."""
        self.press(key)
        self.walk.forms.append(form)
        return self

    def shown(self, pattern):
        """A secret that stands on the page for copying: the one that the pattern fits."""
        found = self.page.get_by_role("code").filter(has_text=re.compile(pattern))
        expect(found).to_have_count(1)
        return found.inner_text().strip()

    def sees(self, text, within=None):
        """Waits until a text is there to be read."""
        expect((within or self.page).get_by_text(text).first).to_be_visible()
        return self

    def error_at(self, key, text, **values):
        """Waits until a field is marked wrong, and says why; `values` are those of its label."""
        field = self.field(key, **values)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(text if isinstance(text, re.Pattern) else re.compile(re.escape(text)))
        return self

    def alert(self, text):
        """Waits for a failure that is told aloud."""
        expect(self.page.get_by_role("alert").filter(has_text=text)).to_be_visible()
        return self

    def speak(self, language):
        """Switches the language of a page that has the switch."""
        self.page.get_by_role("button", name=NAMES[language], exact=True).click()
        self.say = Words(language)
        expect(self.page.locator("html")).to_have_attribute("lang", language)
        return self

    def send_request(self, method, path, body=None):
        """A request from the open page, with its session: `(status, answer)`."""
        return self.page.evaluate(_SEND, [method, path, body])
