from __future__ import annotations

import json
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from monitor.core.mistakes import Mistake, dotted, mistakes, nearest
from monitor.core.toml import parse


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")
    wait_ms: int = Field(5, ge=0, le=10_000)
    share: float = 0.5
    kind: Literal["a", "b"] = "a"
    words: tuple[str, ...] = ()


class Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")
    part: Part = Part()
    parts: tuple[Part, ...] = ()
    either: Part | int = 1
    name: str = ""

    @model_validator(mode="after")
    def _named(self) -> Whole:
        if self.name == "nobody":
            raise ValueError("nobody is not a name.")
        return self


def found(text: str) -> list[Mistake]:
    document = parse(text)
    with pytest.raises(ValidationError) as caught:
        Whole.model_validate_json(json.dumps(document.data), strict=True)
    return mistakes(caught.value, Whole, document)


@pytest.mark.parametrize(
    ("text", "line", "key", "said"),
    [
        ("nmae = 1", 1, "nmae", ["unknown", '"name"']),
        ("[part]\nwait_s = 5", 2, "part.wait_s", ['"wait_ms" (milliseconds)']),
        ("[part]\n\nwait_ms = '5s'", 3, "part.wait_ms", ["whole number (milliseconds)"]),
        ("[part]\nwait_ms = 5.5", 2, "part.wait_ms", ["whole number"]),
        ("[part]\nwait_ms = true", 2, "part.wait_ms", ["whole number"]),
        ("[part]\nwait_ms = 10001", 2, "part.wait_ms", ["less than or equal to 10000"]),
        ("[part]\nkind = 'c'", 2, "part.kind", ["'a' or 'b'"]),
        ("part = 3", 1, "part", ["a table"]),
        ("[[parts]]\n[[parts]]\nwords = 'x'", 3, "parts[1].words", ["a list"]),
        ("[[parts]]\n[[parts]]\nxyz = 1", 3, "parts[1].xyz", ["wait_ms, share, kind, words"]),
        ("[either]\nwait_ms = -1", 2, "either.wait_ms", ["greater than or equal to 0"]),
        ("name = 'nobody'", None, "", ["nobody is not a name"]),
    ],
)
def test_a_mistake_names_its_line_and_the_way_out(text: str, line: int | None, key: str, said: list[str]) -> None:
    mistake = next(one for one in found(text) if one.key == key)
    assert mistake.line == line
    for part in said:
        assert part in mistake.what + mistake.do


def test_all_mistakes_come_in_the_order_of_the_file() -> None:
    assert [one.line for one in found("x = 1\n[part]\nwait_ms = ''\nshare = ''\n")] == [1, 3, 4]


def test_a_long_value_is_cut() -> None:
    assert len(found(f"name = {list(range(500))}")[0].found) == 60


@pytest.mark.parametrize(
    ("word", "meant"), [("wait_s", "wait_ms"), ("WAIT_MS", "wait_ms"), ("wiat_ms", "wait_ms"), ("zzzz", None)]
)
def test_the_nearest_name(word: str, meant: str | None) -> None:
    assert nearest(word, ["wait_ms", "kind", "words"]) == meant


def test_dotted() -> None:
    assert dotted(("sources", 0, "kind")) == "sources[0].kind"
    assert Mistake(3, "a", "b").where("x.toml") == "x.toml:3"
    assert Mistake(None, "a", "b").where("x.toml") == "x.toml"
