"""What a voice said stays; what a recogniser dreamt is suppressed with its reasons."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.asr.guard import compression, guard, repeats
from monitor.asr.settings import GuardSettings
from monitor.core.types import Answer
from tests.asr.segments import segment

CLEAR = segment(length_ms=2000, voiced_ms=1800)
SHORT = segment(length_ms=500, voiced_ms=400)
NOBODY = segment(length_ms=600, voiced_ms=0, level_dbov=-62, noise_dbov=-63)


def judged(text: str, over=CLEAR, **answer: float) -> Answer:
    return guard(over, Answer("a1", text=text, **({"mean_logprob": -0.3, "no_speech_prob": 0.1} | answer)))


@pytest.mark.parametrize(
    "text",
    [
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "請不吝點贊 訂閱 轉發 打賞支持明鏡與點點欄目",
        "明镜需要您的支持 欢迎订阅明镜",
        "字幕由Amara.org社区提供",
        "由 Amara.org 社群提供的字幕",
        "中文字幕由 Amara.org 社群提供",
        "字幕by索兰娅",
        "字幕 by 索蘭雅",
        "中文字幕志愿者 杨茜茜",
        "字幕志愿者 李宗盛",
        "字幕提供者 李宗盛",
        "中文字幕 李宗盛",
        "詞曲 李宗盛",
        "中文字幕——YK",
        "字幕製作：貝爾",
        "字幕製作人Zither Harp",
        "优优独播剧场——YoYo Television Series Exclusive",
        "MING PAO CANADA // MING PAO TORONTO",
        "開啟小鈴鐺",
        "多謝您收睇時局新聞,再會!",
        "ご視聴ありがとうございました",
        "チャンネル登録お願いします",
        "시청해주셔서 감사합니다",
        "MBC 뉴스",
        "Thanks for watching!",
        "Subtitles by the Amara.org community",
        "以下是普通话的句子。",
    ],
)
def test_subtitle_credits_are_never_believed_not_even_over_clear_speech(text):
    answer = judged(text)
    assert answer.suppressed == ("credits",)
    assert answer.text == text


def test_credits_behind_real_words_are_cut_off_and_the_words_stay():
    answer = judged("好的，我帮您查询一下。请不吝点赞 订阅 转发 打赏支持明镜与点点栏目")
    assert answer.text == "好的，我帮您查询一下"
    assert answer.cut == "请不吝点赞订阅转发打赏支持明镜与点点栏目"
    assert answer.suppressed == ()


def test_words_about_subscriptions_are_not_credits():
    text = "您可以在我们的网站上订阅这个套餐，字幕功能也包含在内"
    answer = guard(segment(length_ms=5000), Answer("a1", text=text))
    assert (answer.text, answer.cut, answer.suppressed) == (text, "", ())


@pytest.mark.parametrize("text", ["谢谢", "再见", "谢谢您，再见", "感谢您的来电，再见", "嗯", "好", "謝謝", "拜拜"])
def test_a_farewell_over_a_short_clear_voice_stays(text):
    over = replace(SHORT, voiced_ms=800) if len(text) > 4 else SHORT
    assert judged(text, over).suppressed == ()


@pytest.mark.parametrize("text", ["谢谢", "再见", "谢谢观看", "下期再见", "Thank you.", "嗯嗯嗯", "對"])
def test_the_same_where_nobody_spoke_is_suppressed_with_its_evidence(text):
    answer = judged(text, NOBODY)
    assert answer.suppressed == ("farewell", "unvoiced", "quiet")
    assert answer.text == text


def test_one_piece_of_evidence_does_not_silence_a_farewell():
    assert judged("再见", replace(SHORT, voiced_ms=100)).suppressed == ()
    assert judged("再见", SHORT, no_speech_prob=0.95, mean_logprob=-2.0).suppressed == ()


def test_a_low_log_probability_alone_is_no_evidence_and_neither_is_no_speech_alone():
    quiet = replace(SHORT, voiced_ms=100)
    assert judged("再见", quiet, mean_logprob=-5.0).suppressed == ()
    assert judged("再见", quiet, no_speech_prob=0.99).suppressed == ()
    assert judged("再见", quiet, no_speech_prob=0.99, mean_logprob=-5.0).suppressed == (
        "farewell", "unvoiced", "no_speech",
    )  # fmt: skip


def test_any_text_without_a_voice_is_suppressed_when_enough_speaks_against_it():
    assert judged("您的订单已经发货", NOBODY).suppressed == ()
    answer = judged("您的订单已经发货", NOBODY, no_speech_prob=0.9, mean_logprob=-1.5)
    assert answer.suppressed == ("no_voice", "unvoiced", "quiet", "no_speech")


@pytest.mark.parametrize("text", ["的" * 30, "啊啊啊啊啊啊", "谢谢大家" * 6, "我们的我们的" * 10])
def test_loops_are_suppressed(text):
    assert "loop" in judged(text, segment(length_ms=9000)).suppressed


@pytest.mark.parametrize("text", ["对对对", "好的好的好的", "我的号码是888888888888", "零零零零零零零零", "嗯嗯嗯嗯"])
def test_what_people_do_repeat_is_kept(text):
    assert judged(text, segment(length_ms=3000)).suppressed == ()


def test_nobody_says_forty_characters_in_a_second():
    said = "今天天气很好我们一起去公园散步然后再去超市买一些水果和蔬菜回家做一顿丰盛的晚餐吧"
    assert judged(said, segment(length_ms=1000)).suppressed == ("rate_high",)
    assert judged(said, segment(length_ms=8000)).suppressed == ()


def test_english_letters_do_not_count_as_characters():
    assert judged("could you please hold the line for a moment", segment(length_ms=2000)).suppressed == ()


def test_lost_empty_and_already_suppressed_answers_are_left_alone():
    for answer in (Answer("a1", lost="timeout"), Answer("a1", text="  "), Answer("a1", "谢谢", suppressed=("music",))):
        assert guard(NOBODY, answer) is answer


def test_a_decode_without_an_end_is_not_believed():
    assert judged("请稍等", unfinished=True).suppressed == ("unfinished",)
    assert judged("", unfinished=True).suppressed == ()


def test_the_limits_are_settings():
    assert guard(CLEAR, Answer("a1", "对对对"), GuardSettings(max_repeats=2)).suppressed == ("loop",)
    assert guard(NOBODY, Answer("a1", "再见"), GuardSettings(evidence_for_farewell=3)).suppressed == ()


def test_repeats_and_compression_of_plain_texts():
    assert repeats("你好") == 1
    assert repeats("对对对") == 3
    assert repeats("好的好的") == 2
    assert repeats("123123123") == 1
    assert compression("短") == 0
    assert compression("谢谢" * 60) > 2.4
    assert compression("1" * 400) == 0


@given(text=st.text(alphabet="的好谢再见字幕由by a1，。點贊订阅8", max_size=60), voiced=st.integers(0, 3000))
def test_judging_twice_changes_nothing_and_no_text_is_dropped_in_silence(text, voiced):
    over = segment(length_ms=3000, voiced_ms=voiced)
    once = guard(over, Answer("a1", text=text))
    assert guard(over, once) == once
    assert once.suppressed or once.cut or once.text == text
