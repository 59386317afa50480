"""Where shipped things lie: beside the configuration, else in the wheel, else in the checkout."""

from __future__ import annotations

from pathlib import Path

from monitor.errors import ConfigError

PACKAGE = Path(__file__).parent
SHIPPED = PACKAGE / "_shipped"
CHECKOUT = PACKAGE.parent


def locate(name: str, beside: Path | None = None) -> Path:
    """The path of a shipped file or folder such as "rules", "config.toml", "models/demo-zh" or "demo".

    beside: the configuration's folder, looked in first so that a deployment can replace what is shipped.
    Raises ConfigError when it is nowhere.
    """
    roots = [root for root in (beside, SHIPPED, CHECKOUT) if root is not None]
    for root in roots:
        if (root / name).exists():
            return root / name
    raise ConfigError(name, "is not there", "none of " + ", ".join(map(str, roots)), "Install linewatch again")
