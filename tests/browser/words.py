"""The words on the pages, from the web apps' own catalogues and from the server's: tests find things as people do,
in both languages, and a changed word needs no changed test."""

import functools
import json
import os
import re

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LANGUAGES = ("en", "zh-CN")
NAMES = {"en": "English", "zh-CN": "简体中文"}


class Words:
    """`say = Words("en"); say("ui.continue")`; `{names}` are filled, a `count` picks the plural."""

    def __init__(self, language):
        self.language = language
        self._texts = _catalogue(language)
        self._problems = _read("agent", "api", "locales", f"{language}.json")

    def __call__(self, key, **values):
        if "count" in values:
            form = "one" if self.language == "en" and values["count"] == 1 else "other"
            key = next(found for found in (f"{key}_{form}", f"{key}_other") if found in self._texts)
        return _filled(self._texts[key], values)

    def problem(self, key, **values):
        """A sentence of the server: `say.problem("wrong-totp.title")`."""
        return _filled(self._problems[key], values)

    def pattern(self, key):
        """A regular expression for the text with anything in the place of its `{names}`."""
        return re.compile(".+?".join(re.escape(piece) for piece in re.split(r"\{\w+\}", self._texts[key])))


def _filled(text, values):
    return re.sub(r"\{(\w+)\}", lambda name: str(values[name[1]]), text)


@functools.cache
def _catalogue(language):
    files = ("ui", "log", "copies", "admin", "crm")
    return {f"{file}.{key}": text for file in files
            for key, text in _read("webui", "src", "locales", language, f"{file}.json").items()}


def _read(*path):
    with open(os.path.join(REPOSITORY, *path), encoding="utf-8") as file:
        return json.load(file)
