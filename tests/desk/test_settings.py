"""`[desk]` and `[[desk.tokens]]`"""

from pathlib import Path

import pytest
from pydantic import ValidationError

from monitor.desk.settings import DeskSettings, TokenSettings

SECRET = "supervisor-secret"


def test_every_setting_has_a_default_and_says_what_it_is():
    DeskSettings()
    for model in (DeskSettings, TokenSettings):
        assert all(field.description for field in model.model_fields.values())


def test_a_certificate_needs_its_key():
    with pytest.raises(ValidationError, match="go together"):
        DeskSettings(tls_cert=Path("cert.pem"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": SECRET, "role": "agent"},
        {"token": SECRET, "role": "supervisor", "agent_id": "1"},
        {"token": "sha256:abc" + "0" * 20, "role": "admin"},
        {"token": "short", "role": "admin"},
        {"token": SECRET, "role": "king"},
    ],
)
def test_a_token_section_that_makes_no_sense(wrong):
    with pytest.raises(ValidationError):
        TokenSettings(**wrong)
