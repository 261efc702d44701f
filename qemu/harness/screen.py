"""What the box's serial console says, as patterns.

The words are those of agent/hostd (locales/en.json and the last line, which is for programs);
whoever changes them there changes them here.
"""

VERSION = r"^Gatehouse (\d+\.\d+\.\d+\S*)\s"
SETUP_CODE = r"^Setup code: ([A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4})"
_HALF = r"((?:[0-9A-F]{2}:){15}[0-9A-F]{2})"
# The certificate authority's, on two lines.
FINGERPRINT = rf"^\s*{_HALF}\s+{_HALF}$"
READY = r"^gatehouse: ready version=(?P<version>\S+) ruleset=(?P<ruleset>\S+) settings=(?P<settings>\S+)\s"
PROBLEM = r"^gatehouse: problem code=(\S+)\s"
FORMER_SETTINGS = r"former\s+settings\s+are\s+in\s+force"
FACTORY = r"Not\s+set\s+up:\s+nothing\s+is\s+forwarded"
SETTINGS_LOST = r"Factory\s+settings\s+are\s+in\s+force"
STATE_LOST = r"state\s+partition\s+(cannot\s+be\s+used|was\s+damaged\s+and\s+has\s+been\s+repaired)"


def fingerprint(match):
    """The whole of what `FINGERPRINT` found."""
    return ":".join(match.groups())
