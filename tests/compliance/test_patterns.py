from __future__ import annotations

import pytest

from monitor.compliance.patterns import MAX_CHARS, Pattern, safe
from monitor.compliance.phrases import listen


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+",
        "(a*)*b",
        "(好|好的)*吗",
        "(.*)*x",
        "((您|好)+好)+",
        ".*a.*b.*c",
        "(好)\\1",
        "(a|a)+$",
        "([您好]{1,40}){1,40}",
        "(?:a?){30}a{30}",
        "(a{0,15}){0,15}b",
        "(a|ab|b){1,16}(a|ab|b){1,16}c",
        "a?" * 20 + "x",
    ],
)
def test_what_could_take_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"for ever|repetitions without a limit"):
        safe(pattern)


@pytest.mark.parametrize(
    ("pattern", "do"),
    [
        ("^，$", "leave it out"),
        ("您好！+", "leave it out"),
        ("(OK)", 'write "o"'),
        ("說話", 'write "说"'),
        ("啥事", "什么"),
        ("等一下", 'write "1"'),
    ],
)
def test_what_no_text_can_hold_is_refused(pattern: str, do: str) -> None:
    with pytest.raises(ValueError, match="can never match") as caught:
        safe(pattern)
    assert do in str(caught.value)
    for let_in in (f"({pattern}|好)", f"({pattern})?好", f"(?!{pattern})好"):
        safe(let_in)


@pytest.mark.parametrize("pattern", ["", "^$", "(?=您)"])
def test_what_holds_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="nothing that can be heard"):
        safe(pattern)


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "(?P<x", "a{5,2}"])
def test_a_mistake_is_named(pattern: str) -> None:
    with pytest.raises(ValueError, match="no regular expression"):
        safe(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "(我们|公司).*保证.*退款",
        ".{0,16}a.{0,16}b.{0,16}c.{0,16}d",
        "(a|aa){1,10}b",
        "保证.{0,8}退款",
        "[冇佢嘅]",
        "(吗|么)$",
        "还是.*呢",
        "您.+吗.*$",
        "(您|你)好{1,3}",
    ],
)
@pytest.mark.timeout(120)
def test_what_is_harmless_is_let_in_and_comes_to_an_end_on_the_longest_text(pattern: str) -> None:
    safe(pattern).findall("您保证还是" * (MAX_CHARS // 5))


def test_an_excluded_text_has_no_hit() -> None:
    pattern = Pattern(3, ("还是.{1,9}呢$",), ("还是不",))
    assert [(hit.owner, hit.start) for hit in pattern.find(listen("您要宽带还是电视呢"))] == [(3, 4)]
    assert pattern.find(listen("您还是不要呢")) == []
