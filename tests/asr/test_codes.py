from __future__ import annotations

import pytest
from faster_whisper.tokenizer import _LANGUAGE_CODES

from monitor.asr.codes import CODES, code


@pytest.mark.parametrize(
    ("said", "is_code"),
    [
        ("chinese", "zh"), ("Chinese", "zh"), ("mandarin", "zh"), ("cantonese", "yue"), ("zh", "zh"), ("zh-CN", "zh"),
        ("ZH_tw", "zh"), ("english", "en"), ("haitian creole", "ht"), ("burmese", "my"), (" japanese ", "ja"),
        ("klingon", None), ("", None), ("-", None), (None, None), (7, None), (["zh"], None),
    ],
)  # fmt: skip
def test_a_name_or_a_code_becomes_the_code(said: object, is_code: str | None) -> None:
    assert code(said) == is_code


def test_every_language_of_whispers_has_its_code_and_a_name() -> None:
    assert set(CODES.values()) == set(_LANGUAGE_CODES)
    assert all(any(name != each and CODES[name] == each for name in CODES) for each in _LANGUAGE_CODES)
