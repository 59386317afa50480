"""Errors are one line: where, what, what was found, what to do."""

from monitor.errors import ConfigError


def test_the_whole_sentence() -> None:
    error = ConfigError("config.toml:3", 'unknown key "prot"', "8765", 'Did you mean "port"?')
    assert str(error) == 'config.toml:3: unknown key "prot"; found 8765. Did you mean "port"?'


def test_what_is_not_known_is_left_out() -> None:
    assert str(ConfigError("a.wav", "is empty")) == "a.wav: is empty."
    assert str(ConfigError("a.wav", "is empty", do="Record it again.")) == "a.wav: is empty. Record it again."
