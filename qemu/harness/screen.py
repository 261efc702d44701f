"""What the box's console screen says, as patterns.

The words are those of agent/hostd's English console; whoever changes them there changes them here.
"""

VERSION = r"Gatehouse\s+(?:version\s+)?v?(\d+\.\d+\.\d+\S*)"
SETUP_CODE = r"[Ss]etup code:?\s+([A-Z0-9][A-Z0-9-]{5,})"
READY = r"\b[Rr]eady\b"
LOGIN = r"(?i)\blogin:|password:|# $|\$ $"
FORMER_SETTINGS = r"(?i)former settings|last confirmed settings"
