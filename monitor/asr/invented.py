"""Texts that recognisers invent where nobody speaks, as patterns over folded text.

Folded (`speech.normalise.fold`) means Simplified characters, lower case, no points or spaces.
Gathered from public reports: openai/whisper discussions 928 and 1873 and pull request 1838, ufal/whisper_streaming
issue 68. Two classes, because a call centre's required closing phrases are among them.
"""

from __future__ import annotations

import re

NAME = r"[一-鿿]{2,4}"

CREDITS = re.compile(
    "|".join(
        (
            r"(?:请)?(?:不吝)?点赞(?:订阅|关注)(?:转发)?(?:打赏)?(?:支持)?(?:明镜)?(?:与|和)?(?:点点)?(?:栏目)?",
            r"明镜(?:与|和)点点(?:栏目)?",
            r"明镜需要您的支持(?:欢迎订阅明镜)?",
            r"(?:欢迎)?订阅明镜",
            r"(?:中文|本)?字幕(?:志愿者|提供者|制作人?|翻译|校对|提供|由|by)+(?:"
            + NAME
            + r"|[a-z]{2,30})?(?:社[区群]提供)?",
            r"(?:中文)?字幕(?:由)?amaraorg社[区群]提供",
            r"由?amaraorg社[区群]提供的?字幕",
            r"(?:中文)?字幕(?:李宗盛|杨茜茜|杨洁|杨栋梁|索兰[娅雅]|贝尔|yk)",
            r"(?:作词|作曲|编曲|词曲|曲)(?:作词|作曲|编曲|词曲)*李宗盛",
            r"优优独播剧场(?:yoyotelevisionseriesexclusive)?",
            r"yoyotelevisionseriesexclusive",
            r"mingpaocanada(?:mingpaotoronto)?",
            r"mingpei明佩",
            r"(?:请)?开启小铃铛(?:接收)?(?:通知)?",
            r"多谢[您你]收[睇看]时局新闻(?:再会)?",
            r"チャンネル登录(?:お[願愿]いします|よろしくお願いします)?",
            r"ご视聴ありがとうございました",
            r"시청해주셔서감사합니다",
            r"구독과좋아요(?:부탁드립니다)?",
            r"mbc뉴스",
            r"thank(?:s|you)forwatching",
            r"(?:please)?subscribeto(?:my|our|the)channel",
            r"subtitlesbytheamaraorgcommunity",
            r"以下是普通话的句子",
            r"使用简体中文",
        )
    )
)
"""Class A: nobody says these on a phone line."""

FAREWELLS = re.compile(
    r"(?:"
    r"(?:谢谢|感谢|多谢)(?:大家|您|你|各位)?(?:的)?(?:观看|收看|收听)|"
    r"谢谢大家|谢谢您?|感谢您?的?来电|再见|拜拜|(?:我们)?下期再见|下个视频(?:再)?见|敬请关注|请订阅|点赞|"
    r"thankyou(?:verymuch)?|you|bye|okay|ok|おやすみなさい|"
    r"嗯+|啊+|哦+|好+|对+|的+|呃+"
    r")+"
)
"""Class B: people do say these; believed unless evidence speaks against a voice."""
