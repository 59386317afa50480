"""Voices cut or modelled from recordings of people, as Debian has them (Flite and Festival), for the sets `yonder` and
`afield`.

For `yonder` twelve people who once read to a microphone: seven men and five women, in five languages. Each reads what
is said on a Monday morning to and by a call centre, at the pace and pitch the voice was given. For `afield` four more,
three men and a boy, in six languages (`errands.py`); three of their voices once more, higher and from a smaller
throat, as women speak. Nothing of it is kept but in the temporary folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from bench import errands
from bench.packages import missing
from tests.tapes import Signal

FLITE, FESTIVAL = "flite", "text2wave"
# as these come, loud sounds leave the range of the samples
_SOFTLY = "(set! czech-volume-scale* 1.0)"
# a word that means something is higher where it begins
_ACCENTS = (
    "(set! int_accent_cart_tree '((position_type is initial) "
    "((R:SylStructure.parent.gpos is content) ((Accented)) ((NONE))) ((NONE))))"
)
_RATE_HZ, _PAUSE = 8000, 5600
_TURN, _MOST, _LEAP, _PEAK = 1 << 16, 60_000, 32_000, 14.0
ENCODINGS = {
    "en": "ascii", "cs": "iso8859-2", "it": "latin-1", "ca": "latin-1", "fi": "latin-1",
    "hi": "utf-8", "mr": "utf-8", "te": "utf-8", "ru": "utf-8",
}  # fmt: skip


@dataclass(frozen=True)
class Reader:
    """voice: as its synthesizer calls it. tool: the program that has it. smaller: than the person who read for it, by
    so much, in pitch and pace too. melody: mean and spread of the pitch before that in Hz, where the voice has none.
    errand: whether it says what is in `errands.py`."""

    voice: str
    language: str
    tool: str = FESTIVAL
    smaller: float = 1.0
    melody: tuple[int, int] | None = None
    errand: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        return (errands.TEXTS if self.errand else TEXTS)[self.language]

    @property
    def how(self) -> str:
        """What Festival is told once it has the voice."""
        if self.melody is None:
            return _SOFTLY
        tones = "(set! int_simple_params '((f0_mean {}) (f0_std {})))".format(*self.melody)
        return f"{_SOFTLY} (Parameter.set 'Int_Method 'Simple) {tones} {_ACCENTS}"


READERS = (
    Reader("awb", "en", FLITE), Reader("rms", "en", FLITE), Reader("slt", "en", FLITE), Reader("kal16", "en", FLITE),
    Reader("ked_diphone", "en"), Reader("lp_diphone", "it"), Reader("pc_diphone", "it"),
    Reader("upc_ca_ona_hts", "ca"), Reader("czech_dita", "cs"), Reader("czech_machac", "cs"), Reader("czech_ph", "cs"),
    Reader("suo_fi_lj_diphone", "fi"),
)  # fmt: skip
# the one person who read Hindi, Telugu and Marathi would say all on one tone
AFIELD = (
    Reader("hindi_NSK_diphone", "hi", melody=(118, 16), errand=True),
    Reader("telugu_NSK_diphone", "te", melody=(112, 14), errand=True),
    Reader("marathi_NSK_diphone", "mr", melody=(128, 18), errand=True),
    Reader("msu_ru_nsh_clunits", "ru", errand=True),
    Reader("czech_krb", "cs", errand=True),
    Reader("hy_fi_mv_diphone", "fi", errand=True),
    Reader("hindi_NSK_diphone", "hi", smaller=1.17, melody=(175, 24), errand=True),
    Reader("marathi_NSK_diphone", "mr", smaller=1.12, melody=(200, 28), errand=True),
    Reader("msu_ru_nsh_clunits", "ru", smaller=1.15, errand=True),
)
TEXTS = {
    "en": (
        "Good morning, thank you for holding the line, my name is Martin. How may I help you today?",
        "The router you sent me on Friday has been blinking red since I plugged it in last night.",
        "Could you read me the number that is printed under the bar code on the back of the box?",
        "It begins with four seven one nine, and the rest is rubbed off, I am afraid.",
        "No problem at all, I can find your order by the street and the house number as well.",
        "We live at twenty eight Harbour Road, on the second floor, just above the bakery.",
        "I see a delivery on the twelfth and a second one that came back to our warehouse.",
        "So nobody rang the bell, although I was at home and waiting for it the whole day.",
        "I am going to send a new one out this afternoon, and you will have it by Wednesday.",
        "And who is going to pay me for the three days on which we could not work at all?",
        "Let me ask my colleague from the billing department, this will take about a minute.",
    ),
    "it": (
        "Buongiorno, grazie per l'attesa, sono Paola. In che modo posso aiutarla stamattina?",
        "Da venerdì sera la caldaia nuova si spegne ogni volta che apriamo l'acqua calda.",
        "Mi può leggere il codice che si trova sulla targhetta, sotto lo sportello bianco?",
        "Sono nove cifre, comincia con quarantadue e finisce con una lettera che non si vede bene.",
        "Non importa, la trovo anche con il cognome e con la via in cui abita.",
        "Abitiamo in via dei Mulini al numero sessantasette, al terzo piano senza ascensore.",
        "Vedo una visita del tecnico a novembre e una seconda che non risulta mai conclusa.",
        "Nessuno ha suonato, eppure mio marito era rimasto a casa per tutta la mattina.",
        "Le mando qualcuno domani pomeriggio tra le due e le quattro, senza nessun costo.",
        "Va bene, ma vorrei ricevere un messaggio almeno mezz'ora prima che arrivi.",
    ),
    "ca": (
        "Bon dia, gràcies per esperar, li parla la Marta. En què el puc ajudar aquest matí?",
        "Des de divendres a la tarda la targeta no em funciona en cap botiga del barri.",
        "Em podria dir els darrers quatre números i la data que hi ha a sota del seu nom?",
        "Acaba en trenta-vuit quaranta-u, i la data ja no es llegeix gaire bé.",
        "No passa res, també ho puc trobar amb el carrer i el número de casa seva.",
        "Visc al carrer de la Font, número cinquanta-dos, a l'entresol de la dreta.",
        "Veig que dissabte es va fer una compra molt gran en una ciutat on vostè no hi era.",
        "Jo aquell dia era amb els meus fills a la platja i no vaig comprar absolutament res.",
        "Ara mateix la bloquejo i demà al matí n'hi enviem una de nova amb el missatger.",
        "I els diners que em van treure, quan els tornaré a veure al meu compte?",
    ),
    "cs": (
        "Dobré ráno, děkuji za trpělivost, u telefonu Novotná. S čím vám dnes mohu pomoci?",
        "Od pátečního večera nám v celém domě nefunguje internet ani pevná linka.",
        "Můžete mi prosím přečíst číslo smlouvy, které najdete nahoře na každé faktuře?",
        "Začíná dvacet sedm, potom je tam pomlčka a zbytek už bez brýlí nepřečtu.",
        "To vůbec nevadí, najdu vás také podle ulice a čísla domu, ve kterém bydlíte.",
        "Bydlíme v Zahradní ulici číslo osmnáct, hned vedle nové mateřské školy.",
        "Vidím, že u vás minulý týden byl technik a vyměnil zařízení ve sklepě domu.",
        "Nikdo u nás nezvonil, a to jsem byla doma od rána až do pozdního odpoledne.",
        "Pošlu k vám někoho zítra mezi desátou a dvanáctou a nic za to nebudete platit.",
        "Dobře, ale byla bych ráda, kdyby mi ten pán nejdříve zavolal na mobil.",
    ),
    "fi": (
        "Hyvää huomenta, kiitos että odotitte, täällä puhuu Leena. Kuinka voin olla avuksi?",
        "Perjantaista lähtien lämmitys on ollut pois päältä koko meidän kerrostalossa.",
        "Voisitteko lukea minulle numeron, joka on laskun oikeassa yläkulmassa?",
        "Se alkaa seitsemällätoista, mutta loppua en valitettavasti näe ilman silmälaseja.",
        "Ei se mitään, löydän teidät myös kadun nimellä ja talon numerolla.",
        "Asumme Rantakadulla numerossa kolmekymmentäkuusi, toisessa kerroksessa vasemmalla.",
        "Näen täällä, että huoltomies kävi tiistaina ja vaihtoi kellarin pumpun.",
        "Meillä ei käynyt kukaan, vaikka olin kotona aamusta iltaan ja odotin häntä.",
        "Lähetän jonkun paikalle huomenna kello kahdeksan ja kymmenen välillä.",
        "Hyvä on, mutta toivoisin, että hän soittaa minulle ennen kuin tulee ovelle.",
    ),
}


def read(reader: Reader) -> Signal:
    """All that somebody reads, at 8 kHz, a pause after each sentence; kept in the temporary folder. A ConfigError where
    the voice is not there."""
    smaller = () if reader.smaller == 1 else (str(reader.smaller),)
    told = "|".join((reader.tool, reader.voice, reader.how, *smaller, *reader.texts))
    key = hashlib.sha256(told.encode()).hexdigest()[:24]
    kept = Path(tempfile.gettempdir()) / "linewatch-voices" / f"{key}.npy"
    if not kept.exists():
        said = [_whole(*_made(reader, text)) for text in reader.texts]
        kept.parent.mkdir(exist_ok=True)
        part = kept.with_suffix(f".{os.getpid()}.npy")
        np.save(part, np.concatenate([np.pad(each, (0, _PAUSE)) for each in said if not _ran_away(each)]))
        part.replace(kept)
    read: Signal = np.load(kept)
    return read


def _made(reader: Reader, text: str) -> tuple[Signal, float]:
    """Samples as the tool has them, and the rate at which they are the reader's."""
    with tempfile.TemporaryDirectory() as folder:
        written, said = Path(folder) / "text", Path(folder) / "said.wav"
        written.write_text(text, ENCODINGS[reader.language])
        how = {
            FLITE: ["-voice", reader.voice, "-f", str(written), "-o", str(said)],
            FESTIVAL: [str(written), "-o", str(said), "-eval", f"(begin (voice_{reader.voice}) {reader.how})"],
        }[reader.tool]
        if shutil.which(reader.tool):
            subprocess.run([reader.tool, *how], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not said.exists() or not said.stat().st_size:
            raise missing(f"the voice {reader.voice} of {reader.tool}", "is")
        with wave.open(str(said)) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)
            return samples, file.getframerate() * reader.smaller


def _whole(samples: Signal, rate_hz: float) -> Signal:
    """At 8 kHz. What leaves sixteen bits comes back at their other end, with some voices: it is put where it was going,
    and what is left of such leaps is drawn over."""
    out = samples.tolist()
    for k in range(2, len(out)):
        if abs(out[k] - out[k - 1]) > _LEAP or abs(out[k - 1]) > 1 << 15:
            ahead = min(max(2 * out[k - 1] - out[k - 2], -_MOST), _MOST)
            near = min((out[k] - _TURN, out[k], out[k] + _TURN), key=lambda value: abs(value - ahead))
            out[k] = near if abs(near) < _MOST else out[k]
    whole = np.array(out)
    leaps = np.flatnonzero(np.abs(np.diff(whole)) > _LEAP)
    sound = np.setdiff1d(np.arange(len(whole)), np.concatenate((leaps, leaps + 1)))
    return soxr.resample(np.interp(np.arange(len(whole)), sound, whole[sound]), rate_hz, _RATE_HZ)


def _ran_away(said: Signal) -> bool:
    """Some voices' filters do, at a sound or two."""
    return bool(np.abs(said).max() > _PEAK * said.std())
