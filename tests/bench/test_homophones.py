"""What survives homophones, by the length of the phrase; fixed seeds."""

from bench.homophones import common_characters, misheard, survived, whole_phrases
from monitor.compliance.phrases import listen
from monitor.speech.pinyin import alike
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
