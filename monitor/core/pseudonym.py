"""A customer's id or number as a name that tells customers apart and says nothing of who they are without the key."""

from __future__ import annotations

import unicodedata
from hashlib import blake2s


def pseudonym(customer: str, key: str) -> str | None:
    """The same customer and key give the same name; None without a key, so that nothing is kept by accident.

    A hash of a telephone number alone could be found again by trying all numbers; the key is what prevents it. Blanks,
    dashes, a leading + and China's 86 make no difference to a number.
    """
    plain = _plain(customer)
    if not key or not plain:
        return None
    secret = blake2s(key.encode()).digest()
    return "c-" + blake2s(plain.encode(), key=secret, digest_size=6).hexdigest()


def _plain(customer: str) -> str:
    text = unicodedata.normalize("NFKC", customer).strip().lower()
    digits = "".join(char for char in text if char not in " -+()")
    if not digits.isdigit():
        return text
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) - len(prefix) >= 10:
            return digits.removeprefix(prefix)
    return digits
