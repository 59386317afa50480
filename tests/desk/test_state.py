"""What the desk stands on."""

from monitor.bus import Bus
from monitor.desk.settings import DeskSettings
from monitor.desk.state import Desk, Status
from monitor.store.store import Store
from tests.desk.stage import BOSS, TOKENS


def test_a_desk_knows_the_tokens_of_its_settings_and_claims_nothing_it_was_not_told():
    store = Store("sqlite://")

    async def acknowledge(alert_id, actor, note):
        raise AssertionError

    desk = Desk(Bus(), store, DeskSettings(tokens=TOKENS), acknowledge)
    assert desk.access.grant(BOSS).role == "supervisor"
    assert (desk.status(), list(desk.rules())) == (Status(), [])
    store.close()
