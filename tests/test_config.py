from __future__ import annotations

from pathlib import Path

import pytest

from monitor import config, resources
from monitor.config import Settings, load
from monitor.errors import ConfigError
from monitor.template import render


def write(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str, *overrides: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(write(folder, text), overrides)
    return str(caught.value).splitlines()


def test_the_shipped_file_is_the_one_the_models_describe() -> None:
    """Every setting, commented, with its default: `python -m monitor.template > config.toml` writes it again."""
    assert (resources.CHECKOUT / "config.toml").read_text(encoding="utf-8") == render()


def test_the_shipped_file_equals_the_defaults() -> None:
    assert load(resources.CHECKOUT / "config.toml").model_dump() == load().model_dump()


def test_every_setting_says_what_it_means() -> None:
    def walk(model: type, path: str) -> list[str]:
        bare = []
        for name, field in model.model_fields.items():
            table = field.annotation if hasattr(field.annotation, "model_fields") else None
            if table is not None:
                bare += walk(table, f"{path}.{name}")
            elif not field.description:
                bare.append(f"{path}.{name}")
        return bare

    assert walk(Settings, "") == []


def test_a_setting_of_the_file_holds(tmp_path: Path) -> None:
    settings = load(write(tmp_path, "[desk]\nport = 9000\n"))
    assert settings.desk.port == 9000
    assert settings.folder == tmp_path


def test_set_comes_last(tmp_path: Path) -> None:
    path = write(tmp_path, "[desk]\nport = 9000\n")
    settings = load(path, ["desk.port=9001", "desk.host=::1", 'demo.model="青云"'])
    assert (settings.desk.port, settings.desk.host, settings.demo.model) == (9001, "::1", "青云")


def test_paths_are_relative_to_the_file_and_else_shipped(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    settings = load(write(tmp_path, '[rules]\npacks = ["mine", "rules"]\n'))
    assert settings.rules.packs == (tmp_path / "mine", resources.locate("rules"))
    (tmp_path / "rules").mkdir()
    assert load(tmp_path / "config.toml").rules.packs[1] == tmp_path / "rules"


def test_a_folder_in_the_users_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "mine").mkdir(parents=True)
    asr = load(write(tmp_path, '[asr]\nmodel = "~/mine"\nmodels_dir = "~/models"\n')).asr
    assert (asr.model, asr.models_dir) == (str(tmp_path / "home/mine"), str(tmp_path / "home/models"))
    assert load(None, ["asr.models_dir=~nobody-here/m"]).asr.models_dir == str(Path.cwd() / "~nobody-here/m")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[desk]\nprot = 1\n", 'config.toml:2: unknown key "prot"; did you mean "port".'),
        ("[serve]\nmax_lines = 1\n", 'config.toml:1: unknown key "serve"; did you mean "server".'),
        ("[desk]\nport = '80'\n", 'config.toml:2: "desk.port" must be a whole number; found "80".'),
        ("[desk]\n\nport = 70000\n", "config.toml:3: "),
        (
            "[framing]\njitter_s = 1\n",
            'config.toml:2: unknown key "jitter_s"; did you mean "jitter_ms" (milliseconds).',
        ),
        ('[rules]\npacks = ["no-such"]\n', 'config.toml:2: "rules.packs[0]": there is no such file; found no-such.'),
        ("[desk]\ntls_key = 'k.pem'\n", 'config.toml:1: "desk": tls_cert and tls_key go together.'),
        ("[demo]\ncalls = 'k'\n", 'config.toml:2: "demo.calls": there is no such file; found k.'),
        ("[signal.noise]\nwarn_db = 5.0\n", 'config.toml:1: "signal.noise": alarm_db must not lie over warn_db.'),
        ("[signal.vad]\nbridge_ms = 400\n", "segmenter.run_gap_ms must be 800 or more: pauses in speech get that long"),
        ("[[sources]]\nfolder = 'x'\n", 'config.toml:1: the source says no "kind". Known: '),
        ("[[sources]]\nkind = 'file'\n", 'config.toml:2: there is no source of kind "file". Did you mean "files".'),
        ("[[desk.tokens]]\ntoken = 'abc'\nrole = 'agent'\n", 'config.toml:2: "desk.tokens[0].token" must be '),
        ("[server\n", "config.toml:1: "),
        ("port = \n", "config.toml:1: "),
    ],
)
def test_a_mistake_is_one_line_with_its_place(tmp_path: Path, text: str, line: str) -> None:
    said = refused(tmp_path, text)
    assert len(said) == 1
    assert said[0].startswith((f"{tmp_path}/{line}", f"{tmp_path}/config.toml: {line}"))


def test_several_mistakes_are_all_told(tmp_path: Path) -> None:
    said = refused(tmp_path, "[desk]\nport = ''\nhost = 1\nx = 1\n")
    assert [line.split(":")[1] for line in said] == ["2", "3", "4"]


@pytest.mark.parametrize(
    ("override", "said"), [("desk.port", "section.key=value"), ("desk.port=x", "whole number"), ("=1", "wants")]
)
def test_a_wrong_override(tmp_path: Path, override: str, said: str) -> None:
    line = refused(tmp_path, "[desk]\n", override)[0]
    assert line.startswith("--set: ")
    assert said in line


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="linewatch init"):
        load(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"a = '\xe9'")
    with pytest.raises(ConfigError, match="UTF-8"):
        load(tmp_path / "latin.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes("\ufeff[desk]\nport = 1\n".encode())
    assert config.load(path).desk.port == 1


def test_a_store_beside_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, '[store]\nurl = "sqlite:///calls.db"\n')
    assert load(path).store.url == f"sqlite:///{tmp_path / 'calls.db'}"
    assert load(path, ["store.url=sqlite://"]).store.url == "sqlite://"
    assert load(path, ["store.url=sqlite:////var/x.db"]).store.url == "sqlite:////var/x.db"
    assert load(path, ["store.url=postgresql+psycopg://h/n"]).store.url == "postgresql+psycopg://h/n"


def test_a_model_is_a_name_or_a_folder_beside_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, '[asr]\nmodel = "mine"\n')
    assert load(path).asr.model == "mine"
    (tmp_path / "mine").mkdir()
    assert load(path).asr.model == str(tmp_path / "mine")
