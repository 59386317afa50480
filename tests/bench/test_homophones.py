"""What survives homophones, by the length of the phrase; fixed seeds."""

from bench.homophones import common_characters, misheard, survived, whole_phrases
from monitor.compliance.phrases import listen
from monitor.speech.pinyin import alike, syllable
from tests.playbook import packs


def test_a_misheard_phrase_sounds_alike_and_is_written_otherwise():
    import random

    heard = misheard("不关我的事", common_characters(), random.Random(1))
    assert heard != "不关我的事"
    assert [alike(one) for one in listen(heard).sounds] == [alike(one) for one in listen("不关我的事").sounds]


def test_whole_phrases_of_five_syllables_and_more_survive_and_short_ones_by_equal_sound_only():
    found = {low: sum(ones) / len(ones) for (low, _), ones in survived(whole_phrases(packs()), 2, most=40).items()}
    assert all(share >= 0.95 for low, share in found.items() if low >= 4)
    assert 0 < found[2] < 1


def test_a_phrase_of_any_length_is_found_by_the_same_sounds():
    """But where the other character is a hesitation, which is never heard, or a figure (十 becomes 10)."""
    for ones in survived(whole_phrases(packs()), 2, most=60, key=syllable).values():
        assert sum(ones) / len(ones) >= 0.98
