"""Tokens: the right one opens what it should, every other nothing."""

import hashlib

import pytest

from monitor.desk.access import Access
from monitor.desk.settings import TokenSettings

SECRET = "supervisor-secret"
HASHED = "sha256:" + hashlib.sha256(SECRET.encode()).hexdigest()


@pytest.mark.parametrize("written", [SECRET, HASHED])
def test_a_token_may_be_written_plainly_or_as_its_hash(written):
    access = Access([TokenSettings(token=written, role="supervisor", name="Li", teams=("north",))])
    grant = access.grant(SECRET)
    assert grant is not None
    assert (grant.name, grant.teams) == ("Li", frozenset({"north"}))
    for wrong in (None, "", HASHED, SECRET + " ", SECRET.upper()):
        assert access.grant(wrong) is None


def test_no_tokens_let_nobody_in():
    assert Access([]).grant("anything") is None


def test_an_admin_sees_every_team_and_an_agent_only_the_own_calls():
    admin = Access([TokenSettings(token=SECRET, role="admin", teams=("north",))]).grant(SECRET)
    agent = Access([TokenSettings(token=SECRET, role="agent", agent_id="1")]).grant(SECRET)
    assert admin is not None
    assert agent is not None
    assert admin.want().may_see("7", "south")
    assert agent.want().may_see("1", "south")
    assert not agent.want().may_see("2", "south")
    assert not agent.want().may_see(None, None)
