"""`[store]`"""

import pytest
from pydantic import ValidationError

from monitor.store.settings import StoreSettings


def test_every_setting_has_a_default_and_says_what_it_is():
    StoreSettings()
    assert all(field.description for field in StoreSettings.model_fields.values())


@pytest.mark.parametrize("wrong", [{"flush_ms": -1}, {"synchronous": "off"}, {"stall_ms": 0}, {"path": "x"}])
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValidationError):
        StoreSettings(**wrong)
