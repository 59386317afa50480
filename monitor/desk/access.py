"""Tokens: who is it, and what may they see."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.bus import Want
from monitor.desk.settings import Role, TokenSettings


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token allows. teams None: all of them."""

    role: Role
    name: str
    teams: frozenset[str] | None
    agent_id: str | None

    def want(self) -> Want:
        """The widest view this grant has."""
        if self.role == "admin":
            return Want()
        return Want(allowed_teams=self.teams, allowed_agent=self.agent_id)


class Access:
    """Looks tokens up in constant time: every configured one is compared, whether or not an earlier one fits."""

    def __init__(self, tokens: Sequence[TokenSettings]) -> None:
        self._grants = [(_digest_of(each), _grant(each)) for each in tokens]

    def grant(self, token: str | None) -> Grant | None:
        """The grant of a token, None for a wrong or missing one."""
        offered = hashlib.sha256((token or "").encode()).digest()
        found = None
        for digest, grant in self._grants:
            if hmac.compare_digest(digest, offered):
                found = grant
        return found if token else None


def _digest_of(settings: TokenSettings) -> bytes:
    if settings.token.startswith("sha256:"):
        return bytes.fromhex(settings.token.removeprefix("sha256:"))
    return hashlib.sha256(settings.token.encode()).digest()


def _grant(settings: TokenSettings) -> Grant:
    teams = frozenset(settings.teams) if settings.teams else None
    return Grant(settings.role, settings.name or settings.agent_id or settings.role, teams, settings.agent_id)
