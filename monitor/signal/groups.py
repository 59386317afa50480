"""Groups of lines with thresholds of their own, `[signal.groups.NAME]`; what one leaves out is as for every line.

Only thresholds can differ. What shapes the state that the bank keeps (windows, memories, the VAD's engine) is the same
for all, so that all lines are stepped together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from fnmatch import fnmatchcase
from typing import Any, Optional

from pydantic import BaseModel, ConfigDict, Field, create_model, field_validator, model_validator


class Group(BaseModel):
    """Lines that need other thresholds. The first group that fits a call's line and trunk holds, in this order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lines: tuple[str, ...] = Field((), description='the lines it is for; * stands for anything, as in "sip-*"')
    trunks: tuple[str, ...] = Field((), description="the trunks it is for; with lines as well, both must fit")

    @field_validator("lines", "trunks")
    @classmethod
    def _no_blank(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        if not all(pattern.strip() for pattern in patterns):
            raise ValueError("an empty name matches no line")
        return patterns

    @model_validator(mode="after")
    def _matches_something(self) -> Group:
        if not self.lines and not self.trunks:
            raise ValueError('it matches no line; give it lines = ["sip-*"] or trunks = ["gateway-1"]')
        return self

    def holds(self, line: str | None, trunk: str | None) -> bool:
        """Whether a call on this line and trunk belongs to the group."""
        return fits(line, self.lines) and fits(trunk, self.trunks)

    def over(self, name: str, section: BaseModel) -> BaseModel:
        """A section with this group's own values. Raises ValueError where they do not go together."""
        own = getattr(self, name, None)
        given = own.model_dump(exclude_none=True) if own is not None else {}
        return type(section)(**(section.model_dump() | given)) if given else section


def fits(value: str | None, patterns: Sequence[str]) -> bool:
    """Whether one of the patterns is this name; no pattern means any, and what is not known fits no pattern."""
    return not patterns or (value is not None and any(fnmatchcase(value, pattern) for pattern in patterns))


def group_model(sections: Mapping[str, tuple[type[BaseModel], Iterable[str]]]) -> type[Group]:
    """`Group` with a table for each section, which may set any of the thresholds named, within their usual bounds."""
    parts: dict[str, Any] = {
        name: (Optional[_partial(name, model, names)], None)  # noqa: UP045 (the annotation is a value here)
        for name, (model, names) in sections.items()
    }
    return create_model("GroupSettings", __base__=Group, __doc__=Group.__doc__, **parts)


def _partial(name: str, model: type[BaseModel], names: Iterable[str]) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for each in names:
        field = copy(model.model_fields[each])
        kind, field.default = field.annotation, None
        fields[each] = (Optional[kind], field)  # noqa: UP045
    return create_model(f"{name}_of_a_group", __config__=ConfigDict(frozen=True, extra="forbid"), **fields)


def never_reached(groups: Mapping[str, Group]) -> str | None:
    """The first group all of whose calls an earlier one takes, by its very patterns."""
    seen: list[Group] = []
    for name, group in groups.items():
        if any(_covers(earlier, group) for earlier in seen):
            return name
        seen.append(group)
    return None


def _covers(earlier: Group, later: Group) -> bool:
    pairs = ((earlier.lines, later.lines), (earlier.trunks, later.trunks))
    return all(not wide or (bool(narrow) and all(fits(each, wide) for each in narrow)) for wide, narrow in pairs)
