"""An authenticator app: RFC 6238 with SHA-1, 30 seconds, six digits. Gives no code twice, as its owner would not."""

import base64
import hashlib
import hmac
import struct
import threading
import time

STEP = 30
# A box reads its clock from the mainboard in whole seconds, so it can be behind this host's by one.
BEHIND = 2


def code_of(secret, step):
    """The code of a step; `secret` in base32."""
    key = base64.b32decode(secret.replace(" ", ""))
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack_from('>I', digest, at)[0] & 0x7FFF_FFFF) % 1_000_000:06}"


class Authenticator:
    """One account's app."""

    def __init__(self, secret):
        self.secret = secret.replace(" ", "")
        self.used = 0

    def code(self):
        """A code that was not given before. One step early is accepted, so a second one is there at once;
        for a third the clock is waited for."""
        step = max(int(time.time() - BEHIND) // STEP, self.used + 1)
        early = (step - 1) * STEP + BEHIND - time.time()
        if early > 0:
            threading.Event().wait(early)
        return self.code_of_step(step)

    def rest(self):
        """Waits until the next code is one of now, and not one step early."""
        later = (self.used + 1) * STEP + BEHIND - time.time()
        if later > 0:
            threading.Event().wait(later)

    def code_of_step(self, step):
        """The code of that step, which counts as given."""
        self.used = step
        return code_of(self.secret, step)

    def wrong(self):
        """Six digits that are no code of these minutes."""
        now = int(time.time()) // STEP
        near = {code_of(self.secret, step) for step in range(now - 4, now + 5)}
        return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)
