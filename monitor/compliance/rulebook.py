"""Rule packs read, checked and made ready: built once, shared by every call."""

from __future__ import annotations

import importlib
import json
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2s
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from monitor.compliance import KINDS
from monitor.compliance.matcher import Hit, Matcher
from monitor.compliance.patterns import Pattern
from monitor.compliance.phrases import Heard
from monitor.compliance.rule import NONE_OF, Rule
from monitor.compliance.wordsets import Sets, filled, resolved
from monitor.core.mistakes import mistakes, nearest
from monitor.core.toml import Document, TomlError, parse
from monitor.core.types import CHANNELS, CallInfo, Channel
from monitor.errors import RuleError

MAX_PACK_BYTES = 16 * 2**20
MAX_SCOPES = 1024


class Pack(BaseModel):
    """The top of a pack file; `[[rule]]` tables follow."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    pack: str = Field("", description="the pack's name")
    title: str = ""
    title_en: str = ""
    company: str = Field("", description="how agents name the company; shown in prompts")
    sets: dict[str, tuple[str, ...]] = Field({}, description="words that `<name>` in a phrase stands for")
    rule: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class RulesOfCall:
    """The rules that are for one call. lazy: those followed only from their first hit on. forbids: channels on which
    something must not be said. agent_alone: whether no verdict hangs on what the customer says."""

    all: tuple[Rule, ...]
    ids: frozenset[str]
    eager: tuple[Rule, ...]
    lazy: Mapping[str, Rule]
    forbids: frozenset[Channel]
    agent_alone: bool


class Rulebook:
    """rules in the order of the files. version: short hash of texts and choices. min_confidence: an utterance below
    it (exp of its mean log-probability) cannot prove that something was not said. fold_f_h: f and hu sound alike."""

    def __init__(
        self,
        rules: Sequence[Rule],
        version: str = "",
        where: Mapping[str, str] | None = None,
        min_confidence: float = 0.4,
        fold_f_h: bool = False,
        company: str = "",
        min_separation: float = 0.75,
    ) -> None:
        self.rules = tuple(rules)
        self.version = version
        self.where = dict(where or {})
        self.min_confidence = min_confidence
        self.fold_f_h = fold_f_h
        self.company = company
        self.min_separation = min_separation
        self._scopes: dict[tuple[str | None, ...], RulesOfCall] = {}
        self._by_id = {rule.id: rule for rule in self.rules}
        self._owners: list[tuple[str, tuple[str, int]]] = []
        self._void: dict[int, tuple[str, str]] = {}
        self._patterns: dict[Channel, list[Pattern]] = {}
        self._matchers = {channel: self._matcher(channel) for channel in CHANNELS}

    def _matcher(self, channel: Channel) -> Matcher:
        sets = []
        patterns = self._patterns.setdefault(channel, [])
        for rule in self.rules:
            numbers: dict[tuple[str, int], int] = {}
            for listening in rule.listening():
                if listening.channel == channel:
                    numbers[listening.key] = len(self._owners)
                    self._owners.append((rule.id, listening.key))
                    if listening.key[1] == NONE_OF:
                        self._void[numbers[listening.key]] = (rule.id, listening.key[0])
                    if listening.regex:
                        patterns.append(Pattern(numbers[listening.key], listening.regex, listening.not_regex))
            sets += list(rule.sets(numbers, channel, self.fold_f_h))
        return Matcher(sets)

    def find(self, channel: Channel, heard: Heard) -> list[Hit]:
        hits = self._matchers[channel].find(heard)
        for pattern in self._patterns[channel]:
            hits += pattern.find(heard)
        void = {self._void[hit.owner] for hit in hits if hit.owner in self._void} if self._void else ()
        return [hit for hit in hits if self._wording(hit.owner) not in void] if void else hits

    def _wording(self, number: int) -> tuple[str, str]:
        """The rule and the name of its wording that the phrases of a hit belong to."""
        rule_id, key = self._owners[number]
        return rule_id, key[0]

    def quotes(self, channel: Channel, heard: Heard, rule_ids: Container[str]) -> bool:
        """Whether it holds words that an alert of one of these rules would quote."""
        owners = {self._owners[hit.owner] for hit in self.find(channel, heard)}
        return any(rule_id in rule_ids and key[0] in self._by_id[rule_id].quoted for rule_id, key in owners)

    def longest(self, channel: Channel) -> int:
        return self._matchers[channel].longest

    def owner(self, number: int) -> tuple[str, tuple[str, int]]:
        """The rule and its own name for the phrases of a hit."""
        return self._owners[number]

    def rules_for(self, info: CallInfo) -> RulesOfCall:
        key = (info.team, info.line, info.trunk, info.group, info.language, info.direction)
        known = self._scopes.get(key)
        if known is None:
            mine = (rule.for_group(info.group) for rule in self.rules)
            rules = tuple(rule for rule in mine if rule.scope.holds(info))
            eager = tuple(rule for rule in rules if not rule.lazy)
            lazy = {rule.id: rule for rule in rules if rule.lazy}
            forbids = frozenset(rule.forbids for rule in rules if rule.forbids is not None)
            alone = all(rule.hears_agent_alone for rule in rules)
            known = RulesOfCall(rules, frozenset(rule.id for rule in rules), eager, lazy, forbids, alone)
            if len(self._scopes) < MAX_SCOPES:
                self._scopes[key] = known
        return known

    def rule(self, rule_id: str) -> Rule:
        return self._by_id[rule_id]

    def only(self, *rule_ids: str) -> Rulebook:
        """The same book with these rules alone."""
        kept = [rule for rule in self.rules if rule.id in rule_ids]
        return Rulebook(
            kept, self.version, self.where, self.min_confidence, self.fold_f_h, self.company, self.min_separation
        )

    @classmethod
    def parse(
        cls,
        files: Sequence[tuple[str, str]],
        presets: Mapping[str, str] | None = None,
        min_confidence: float = 0.4,
        fold_f_h: bool = False,
        groups: Collection[str] | None = None,
        min_separation: float = 0.75,
    ) -> Self:
        """files: (name, TOML text). presets: which preset of a rule holds, rule id = name of the preset. groups: the
        groups of lines there are; None: any name will do. min_separation: see Rulebook.

        Raises RuleError naming file, line and rule of the first mistake.
        """
        rules, errors, where, company = _read(files, presets or {}, groups)
        if errors:
            raise errors[0]
        choices = json.dumps([list(files), sorted((presets or {}).items()), min_confidence, fold_f_h, min_separation])
        version = blake2s(choices.encode(), digest_size=5).hexdigest()
        return cls(rules, version, where, min_confidence, fold_f_h, company, min_separation)


def read(
    files: Sequence[tuple[str, str]], presets: Mapping[str, str], groups: Collection[str] | None = None
) -> tuple[list[Rule], list[RuleError], dict[str, str]]:
    """Every rule that can be read, every mistake, and where each rule stands (file:line)."""
    return _read(files, presets, groups)[:3]


def _read(
    files: Sequence[tuple[str, str]], presets: Mapping[str, str], groups: Collection[str] | None
) -> tuple[list[Rule], list[RuleError], dict[str, str], str]:
    company = ""
    rules: list[Rule] = []
    errors: list[RuleError] = []
    where: dict[str, str] = {}
    documents: dict[str, Document | RuleError] = {}
    for file, text in files:
        try:
            documents[file] = _document(file, text)
        except RuleError as error:
            documents[file] = error
    sets, mistaken = _sets({file: one for file, one in documents.items() if isinstance(one, Document)})
    errors += mistaken
    for file, document in documents.items():
        if isinstance(document, RuleError):
            errors.append(document)
            continue
        company = document.data.get("company", "") or company
        if not document.data.get("rule") and not document.data.get("sets"):
            # an editor that is just writing a file leaves it empty for a moment
            errors.append(RuleError(file, "the pack holds no rule", do="Write [[rule]] tables, or take it away"))
        for number, raw in enumerate(document.data.get("rule", ())):
            place = f"{file}:{document.line(('rule', number)) or 1}"
            rule, found = _rule(file, number, raw, document, presets, groups, sets[file])
            errors += found
            if rule is None:
                continue
            if rule.id in where:
                first = f"the first at {where[rule.id]}"
                errors.append(RuleError(place, f'rule id "{rule.id}" is used twice', first, "Rename one"))
                continue
            where[rule.id] = place
            rules.append(rule)
    if files and not rules and not errors:
        errors.append(RuleError(", ".join(documents), "there is no rule in any pack", "sets only"))
    for rule_id in presets:
        if rule_id not in where and not errors:
            meant = nearest(rule_id, list(where))
            hint = f'Did you mean "{meant}"?' if meant else "Take it out of [rules.presets]"
            errors.append(RuleError("[rules.presets]", f'there is no rule "{rule_id}"', do=hint))
    return rules, errors, where, company


def _document(file: str, text: str) -> Document:
    if len(text) > MAX_PACK_BYTES:
        raise RuleError(file, f"a pack is longer than {MAX_PACK_BYTES >> 20} million characters", do="Split it")
    try:
        document = parse(text)
    except TomlError as error:
        raise RuleError(f"{file}:{error.line}", error.what) from None
    try:
        Pack.model_validate_json(json.dumps(document.data, default=str), strict=True)
    except ValidationError as error:
        mistake = mistakes(error, Pack, document)[0]
        raise RuleError(mistake.where(file), mistake.what, mistake.found, mistake.do) from None
    return document


def _sets(documents: Mapping[str, Document]) -> tuple[dict[str, Sets], list[RuleError]]:
    """What `<name>` means in each file: its own sets before those of the others."""
    own: dict[str, Sets] = {}
    shared: dict[str, tuple[str, ...]] = {}
    waiting = {file: document for file, document in documents.items() if document.data.get("sets")}
    wrong: dict[str, str] = {}
    # a pack whose sets are made of another's comes after it
    for _ in range(len(waiting)):
        wrong = {}
        for file in list(waiting):
            try:
                own[file] = resolved(waiting[file].data["sets"], shared)
            except ValueError as error:
                wrong[file] = str(error)
                continue
            shared = {**own[file], **shared}
            del waiting[file]
        if not wrong:
            break
    errors = [RuleError(f"{file}:{waiting[file].line(('sets',)) or 1}: [sets]", why) for file, why in wrong.items()]
    return {file: {**shared, **own.get(file, {})} for file in documents}, errors


def _rule(
    file: str,
    number: int,
    raw: dict[str, Any],
    document: Document,
    presets: Mapping[str, str],
    groups: Collection[str] | None,
    sets: Sets,
) -> tuple[Rule | None, list[RuleError]]:
    line = document.line(("rule", number)) or 1
    name = str(raw.get("id", f"number {number + 1}"))
    where = f'{file}:{line}: rule "{name}"'
    kind = raw.get("kind")
    if kind not in KINDS:
        meant = nearest(str(kind), list(KINDS)) if kind else None
        do = f'Did you mean "{meant}"?' if meant else f"Known: {', '.join(KINDS)}"
        return None, [RuleError(where, "unknown kind" if kind else '"kind" is missing', str(kind or ""), do)]
    values, error = _preset(where, raw, presets.get(name))
    if error:
        return None, [error]
    model, own = kind_of(kind), values.pop("groups", {})
    try:
        values = filled(values, sets)
    except ValueError as problem:
        return None, [RuleError(where, str(problem))]
    try:
        rule = model.model_validate_json(json.dumps(values, default=str), strict=True)
    except ValidationError as problem:
        return None, [
            RuleError(
                f'{file}:{_line(document, number, mistake.key) or line}: rule "{name}"',
                mistake.what,
                mistake.found,
                mistake.do,
            )
            for mistake in mistakes(problem, model, Document(values, {}))
        ]
    errors = [error for group in (*own, *rule.scope.groups) if (error := _unknown_group(where, group, groups))]
    return rule, errors or _grouped(where, rule, values, own)


def _unknown_group(where: str, group: str, groups: Collection[str] | None) -> RuleError | None:
    if groups is None or group in groups:
        return None
    meant = nearest(group, list(groups))
    do = f'Did you mean "{meant}"?' if meant else f"Add [signal.groups.{group}] to the configuration"
    return RuleError(where, f'there is no line group "{group}"', do=do)


def _grouped(where: str, rule: Rule, values: dict[str, Any], own: Any) -> list[RuleError]:
    """Gives the rule its version for each group of lines; what is wrong with them."""
    if not isinstance(own, dict) or not all(isinstance(keys, dict) for keys in own.values()):
        return [RuleError(where, '"groups" must be a table for each group', json.dumps(own, ensure_ascii=False))]
    for group, keys in own.items():
        place = f"{where}, group {group}"
        if fixed := sorted({"id", "kind", "presets", "groups"} & keys.keys()):
            return [RuleError(place, f'"{fixed[0]}" is the rule\'s own and cannot differ')]
        merged = _over(values, keys)
        try:
            version = type(rule).model_validate_json(json.dumps(merged, default=str), strict=True)
        except ValidationError as problem:
            mistake = mistakes(problem, type(rule), Document(merged, {}))[0]
            return [RuleError(place, mistake.what, mistake.found, mistake.do)]
        if list(version.listening()) != list(rule.listening()):
            return [RuleError(place, "words cannot differ", do="Make a rule of its own, with scope.groups")]
        rule._groups[group] = version
    return []


def _line(document: Document, number: int, key: str) -> int | None:
    inner = [int(part[1:-1]) if part.startswith("[") else part for part in key.replace("[", ".[").split(".")]
    return document.line(("rule", number, *inner))


def _preset(where: str, raw: dict[str, Any], chosen: str | None) -> tuple[dict[str, Any], RuleError | None]:
    """The rule's own keys with those of the chosen preset over them; steps are matched by their id."""
    values = dict(raw)
    presets = values.pop("presets", {})
    if chosen is None:
        return values, None
    if chosen not in presets:
        known = ", ".join(f'"{name}"' for name in presets) or "none"
        return values, RuleError(where, f'there is no preset "{chosen}"', do=f"Presets of this rule: {known}")
    return _over(values, presets[chosen]), None


def _over(values: dict[str, Any], keys: Mapping[str, Any]) -> dict[str, Any]:
    """A rule's keys with others over them: tables are merged, steps matched by their id."""
    values = dict(values)
    for key, value in keys.items():
        if isinstance(value, dict) and isinstance(values.get(key), dict):
            values[key] = values[key] | value
        elif isinstance(value, dict) and isinstance(values.get(key), list):
            values[key] = [item | value.get(item.get("id"), {}) for item in values[key]]
        else:
            values[key] = value
    return values


def kind_of(kind: str) -> type[Rule]:
    module, name = KINDS[kind].split(":")
    found: type[Rule] = getattr(importlib.import_module(module), name)
    return found
