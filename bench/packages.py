"""Packages of Debian that the sets `yonder`, `afield`, `inland`, `settled`, `uptown` and `coastal` are made from."""

from __future__ import annotations

from monitor.errors import ConfigError

PACKAGES = (
    "flite", "festival", "festvox-kdlpc16k", "festvox-italp16k", "festvox-itapc16k", "festvox-ca-ona-hts",
    "festvox-czech-dita", "festvox-czech-machac", "festvox-czech-ph", "festvox-suopuhe-lj",
    "festival-hi", "festival-mr", "festival-te", "festvox-hi-nsk", "festvox-mr-nsk", "festvox-te-nsk",
    "festvox-czech-krb", "festvox-ru", "festvox-suopuhe-mv",
    "asterisk-core-sounds-en-wav", "asterisk-core-sounds-es-wav", "asterisk-core-sounds-fr-wav",
    "asterisk-core-sounds-it-wav", "asterisk-core-sounds-ru-wav", "asterisk-prompt-it-menardi-wav",
    "asterisk-prompt-es-co", "asterisk-moh-opsound-wav", "fillets-ng-data", "fillets-ng-data-cs", "fillets-ng-data-nl",
    "tuxpaint-stamps-default", "lincity-ng-data", "simutrans-pak64", "csoundqt-examples",
    "gcin-voice", "asterisk-prompt-fr-armelle", "ktuberling-data", "pocketsphinx-testdata", "sfront", "codec2-examples",
    "bucklespring-data", "qabcs-data", "minetest-data", "searchandrescue-data", "psychtoolbox-3-common",
    "extremetuxracer-data", "enigma-data", "pushover-data", "soundscaperenderer-common",
    "scratch", "scorched3d-data", "dustracing2d-data", "klettres-data", "neverball-common", "glob2-data",
    "hex-a-hop-data", "python3-pyo", "jconvolver-config-files",
)  # fmt: skip


def missing(what: str, verb: str = "are") -> ConfigError:
    """The error where something of these packages is not there."""
    return ConfigError(
        "bench signal", f"{what} {verb} not installed",
        do=f"On Debian: apt-get install --no-install-recommends {' '.join(PACKAGES)}",
    )  # fmt: skip
