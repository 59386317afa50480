"""What is shipped is found, and a deployment's own copy comes first."""

from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.resources import locate


@pytest.mark.parametrize("name", ["rules", "config.toml", "models/models.toml", "models/demo-zh", "demo/calls"])
def test_everything_shipped_is_there(name: str) -> None:
    assert locate(name).exists()


def test_the_configurations_own_folder_comes_first(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    assert locate("rules", tmp_path) == tmp_path / "rules"
    assert locate("config.toml", tmp_path) != tmp_path / "config.toml"


def test_what_is_nowhere_is_named() -> None:
    with pytest.raises(ConfigError, match="no/such: is not there"):
        locate("no/such")
