from __future__ import annotations

from tests.playbook import alerts, book, fired, play

RULE = (
    'kind = "unanswered"\nwithin_turns = 2\nafter = { channel = "customer", words = { phrases = ["什么时候"] } }\n'
    'empty = { phrases = ["不好说", "好的"] }'
)
ASK = "1-3 customer: 什么时候到账\n"


def test_nothing_of_content_within_its_turns_is_probable() -> None:
    talk = ASK + "4-5 agent: 嗯\n6-7 customer: 喂\n8-9 agent: 这个不好说\n10-11 customer: 啊\n12-13 agent: 嗯"
    events = play(book(RULE), talk)
    assert [one[3] for one in alerts(events)] == ["unanswered"]
    assert {proof.certainty for one in events if one.type == "alert.raised" for proof in one.body.evidence} == {
        "probable"
    }  # type: ignore[attr-defined]


def test_content_or_words_nobody_understood_are_an_answer() -> None:
    assert fired(play(book(RULE), ASK + "4-5 agent: 嗯\n6-7 customer: 喂\n8-9 agent: 三个工作日之内\n12 end")) == []
    assert (
        fired(
            play(
                book(RULE),
                ASK + "4-6 agent (lost): …\n7-8 customer: 喂\n9-10 agent: 嗯\n11-12 customer: 喂\n13-14 agent: 嗯",
            )
        )
        == []
    )
