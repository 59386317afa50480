"""What every rule has, whatever its kind; the shape of a `[[rule]]` table in a pack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from monitor.compliance.matcher import PhraseSet, Sound
from monitor.compliance.patterns import safe
from monitor.compliance.phrases import Phrase, compiled, readable
from monitor.core.events import Dimension
from monitor.core.types import CallInfo, Channel, Direction, Severity
from monitor.signal.groups import fits

if TYPE_CHECKING:
    from monitor.compliance.runner import Lane, Runner

SYLLABLE_MS = 150
"""A fast speaker's syllable: speech shorter than this times a phrase's syllables cannot hold the phrase."""


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Clause(Table):
    """The passage of the service standard a rule rests on."""

    document: str = Field(min_length=1, description="name or number of the document")
    passage: str = Field(min_length=1, description="the words of it, or where they stand")


class Scope(Table):
    """Calls a rule is for; an empty list is any. lines, trunks: * stands for anything, as in "sip-*". groups: of
    [signal.groups]."""

    teams: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    trunks: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    directions: tuple[Direction, ...] = ()

    def holds(self, info: CallInfo) -> bool:
        return (
            _one_of(info.team, self.teams)
            and fits(info.line, self.lines)
            and fits(info.trunk, self.trunks)
            and _one_of(info.group, self.groups)
            and _one_of(info.language, self.languages)
            and _one_of(info.direction, self.directions)
        )


def _one_of(value: str | None, allowed: Sequence[str]) -> bool:
    return not allowed or value in allowed


class Wording(Table):
    """Words to be found: any of `phrases`, or at least `need` (default all) of the groups in `all_of`."""

    phrases: tuple[str, ...] = Field((), description="any one of these")
    exact: tuple[str, ...] = Field((), description="or any one of these, in these very characters; for short words")
    regex: tuple[str, ...] = Field((), description="or any one of these, on the text without points and hesitations")
    not_regex: tuple[str, ...] = Field((), description="a text that one of these is found in has no regex hit")
    all_of: tuple[tuple[str, ...], ...] = Field((), description="lists of phrases; one phrase of each list")
    need: int | None = Field(None, ge=1, description="how many lists of all_of are enough; default all")
    none_of: tuple[str, ...] = Field((), description="a text that one of these is found in has no hit at all")

    @field_validator("phrases", "exact", "all_of", "none_of")
    @classmethod
    def _can_be_heard(cls, value: tuple[str | tuple[str, ...], ...]) -> tuple[str | tuple[str, ...], ...]:
        for item in value:
            for phrase in (item,) if isinstance(item, str) else item:
                compiled(phrase)
            if not item:
                raise ValueError("a list of all_of is empty")
        return value

    @field_validator("regex", "not_regex")
    @classmethod
    def _is_harmless(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in value:
            safe(pattern)
        return value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.not_regex and not self.regex:
            raise ValueError("not_regex excludes hits of regex, and there is none")
        if self.none_of and self.empty:
            raise ValueError("none_of takes hits away, and there are no phrases to hit")
        if self.need is not None and self.need > len(self.all_of):
            raise ValueError(f"need is {self.need}, but all_of has {len(self.all_of)} lists")
        return self

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        return (*(((*self.phrases, *self.exact),) if self.has_any_of else ()), *self.all_of)

    @property
    def has_any_of(self) -> bool:
        return bool(self.phrases or self.exact or self.regex)

    @property
    def empty(self) -> bool:
        return not self.has_any_of and not self.all_of

    def satisfied(self, found: Set[int]) -> bool:
        """found: indices into `groups` that were heard."""
        first = 1 if self.has_any_of else 0
        if self.has_any_of and 0 in found:
            return True
        if not self.all_of:
            return False
        heard = sum(1 for at in range(first, first + len(self.all_of)) if at in found)
        return heard >= (self.need or len(self.all_of))

    def missing(self, found: Set[int]) -> list[str]:
        """The first phrase of each group not heard."""
        if self.satisfied(found):
            return []
        open_groups = [group for at, group in enumerate(self.groups) if at not in found]
        return [readable(group[0]) if group else self.regex[0] for group in open_groups]

    @property
    def shortest_ms(self) -> int:
        """Speech shorter than this cannot hold any of the phrases."""
        lengths = [form.shortest for group in self.groups for phrase in group for form in compiled(phrase)]
        return min(lengths, default=0) * SYLLABLE_MS


def _holds_words(wording: Wording) -> Wording:
    if wording.empty:
        raise ValueError("holds no phrases; write at least one in phrases, exact, regex or all_of")
    return wording


Said = Annotated[Wording, AfterValidator(_holds_words)]
"""Wording that a rule cannot do without."""


@dataclass(frozen=True, slots=True)
class Listening:
    """A set of phrases a rule wants to be told of. key: the rule's own name for it."""

    channel: Channel
    key: tuple[str, int]
    phrases: tuple[str, ...]
    regex: tuple[str, ...] = ()
    not_regex: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()


class Rule(Table):
    """Common keys. Times are integer milliseconds of call audio.

    points: added to the score once per call when the rule is violated (negative: a deduction). fatal: the score is 0.
    origin: "source" where the service standard asks for it, "preset" where it is a default of this project.
    passes, fires: examples, each a story of one or more lines (see monitor/compliance/story.py).
    """

    quoted: ClassVar[frozenset[str]] = frozenset()
    """Names in `listening` whose words an alert quotes; their times are found in the audio."""
    told_of_phrases: ClassVar[bool] = False
    """Whether all that it takes from what is said are the phrases of `listening`."""

    id: str = Field(min_length=1, max_length=64, pattern=r"^[\w.\-]+$")
    kind: str
    title: str = Field(min_length=1)
    title_en: str = ""
    clause: Clause
    severity: Severity = "minor"
    points: float = Field(0.0, ge=-100, le=100)
    fatal: bool = False
    dimension: Dimension = "skill"
    origin: Literal["source", "preset"] = "source"
    message: str = Field("", description="what the alert says; default the title")
    prompt: str = Field("", description="what the agent page shows; empty: nothing")
    scope: Scope = Scope()
    sound: Sound = "near"
    similarity: int = Field(80, ge=60, le=100)
    passes: tuple[str, ...] = ()
    fires: tuple[str, ...] = ()
    _number: int = PrivateAttr(default=-1)
    _groups: dict[str, Rule] = PrivateAttr(default_factory=dict)

    def for_group(self, group: str | None) -> Rule:
        """The rule with what its `groups` table says for a group of lines."""
        return self._groups.get(group, self) if group is not None else self

    @property
    def lazy(self) -> bool:
        """Whether nothing has to follow a call before the first hit of this rule's words."""
        return False

    @property
    def timed(self) -> bool:
        """Whether its verdict hangs on times, so that plain text cannot show it."""
        return True

    @property
    def asks_who(self) -> bool:
        """Whether its verdict hangs on who of the two speaks."""
        return True

    @property
    def forbids(self) -> Channel | None:
        """On which channel something must not be said, where it is said."""
        return None

    @property
    def hears_agent_alone(self) -> bool:
        """Whether its verdict is certain not to hang on what the customer says."""
        return self.told_of_phrases and all(listening.channel == "agent" for listening in self.listening())

    @property
    def said(self) -> str:
        return self.message or self.title

    def listening(self) -> Iterator[Listening]:
        """The phrases this rule must be told of."""
        yield from ()

    def needs(self, rules: Iterable[Rule]) -> set[str]:
        """Ids of the rules without which this one cannot be judged."""
        return set()

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        """What follows one call for this rule. Called once per call, for a lazy kind at its first hit."""
        raise NotImplementedError

    def sets(self, owner_of: dict[tuple[str, int], int], channel: Channel, fh: bool) -> Iterator[PhraseSet]:
        for listening in self.listening():
            if listening.channel == channel:
                owner = owner_of[listening.key]
                yield PhraseSet(owner, _forms(listening.phrases, fh), self.sound, self.similarity)
                if listening.exact:
                    yield PhraseSet(owner, _forms(listening.exact, fh), "chars")


def _forms(phrases: tuple[str, ...], fh: bool) -> tuple[Phrase, ...]:
    return tuple(form for phrase in phrases for form in compiled(phrase, fh))


NONE_OF = -1
"""In a key: the phrases that take away the hits of the wording they belong to. A rule is never told of them."""


def wording_keys(name: str, wording: Wording, channel: Channel) -> Iterator[Listening]:
    if wording.none_of:
        yield Listening(channel, (name, NONE_OF), wording.none_of)
    any_of = ((wording.phrases, wording.regex, wording.not_regex, wording.exact),) if wording.has_any_of else ()
    for at, one in enumerate((*any_of, *((phrases,) for phrases in wording.all_of))):
        yield Listening(channel, (name, at), *one)
