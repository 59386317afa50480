"""Whisper's languages by name, since endpoints name what they heard where models write a code.

The names are those Whisper prints, with the other names it takes for the same; the codes are its tokens'.
"""

from __future__ import annotations

NAMES = """
af afrikaans|am amharic|ar arabic|as assamese|az azerbaijani|ba bashkir|be belarusian|bg bulgarian|bn bengali
bo tibetan|br breton|bs bosnian|ca catalan,valencian|cs czech|cy welsh|da danish|de german|el greek|en english
es spanish,castilian|et estonian|eu basque|fa persian|fi finnish|fo faroese|fr french|gl galician|gu gujarati
ha hausa|haw hawaiian|he hebrew|hi hindi|hr croatian|ht haitian creole,haitian|hu hungarian|hy armenian|id indonesian
is icelandic|it italian|ja japanese|jw javanese|ka georgian|kk kazakh|km khmer|kn kannada|ko korean|la latin
lb luxembourgish,letzeburgesch|ln lingala|lo lao|lt lithuanian|lv latvian|mg malagasy|mi maori|mk macedonian
ml malayalam|mn mongolian|mr marathi|ms malay|mt maltese|my myanmar,burmese|ne nepali|nl dutch,flemish|nn nynorsk
no norwegian|oc occitan|pa punjabi,panjabi|pl polish|ps pashto,pushto|pt portuguese|ro romanian,moldavian,moldovan
ru russian|sa sanskrit|sd sindhi|si sinhala,sinhalese|sk slovak|sl slovenian|sn shona|so somali|sq albanian|sr serbian
su sundanese|sv swedish|sw swahili|ta tamil|te telugu|tg tajik|th thai|tk turkmen|tl tagalog|tr turkish|tt tatar
uk ukrainian|ur urdu|uz uzbek|vi vietnamese|yi yiddish|yo yoruba|yue cantonese|zh chinese,mandarin
"""
CODES = {
    name: code
    for code, _, names in (row.partition(" ") for row in NAMES.strip().replace("\n", "|").split("|"))
    for name in (code, *names.split(","))
}


def code(language: object) -> str | None:
    """The code of a language given as a name or a code, in any case, with or without a region; None for no language."""
    if not isinstance(language, str):
        return None
    plain = language.strip().lower()
    return CODES.get(plain) or CODES.get(plain.replace("_", "-").partition("-")[0])
