"""Spelling keys: one form for the spellings of a name that folding keeps apart, such as transliterations.

``Hawija`` and ``Al Ḩawījah`` fold to different strings and share a key. How names vary depends on the language that they
come from, so that a key belongs to a *family* of countries: the article of ``Al Ḩawījah`` is dropped in Iraq, not in
El Salvador. A name is stored under the key of the family of its place; what is asked for is looked up under its key in
every family.

:data:`RULES` is the whole table. To add a rule, add a row with pairs of names to ``tests/test_gazetteer_spelling.py`` and
measure it with ``tests/benchmarks/candidates.py --only rules``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

Step = Callable[[str], str]
# Raise with every change to the keys: indexes then make theirs anew.
VERSION = 2

# Countries by the writing, or the habits of transliteration, that most of their names come from.
_COUNTRIES = {
    "arabic": "AE BH DJ DZ EG EH ER IL IQ JO KM KW LB LY MA MR OM PS QA SA SD SO SY TD TN YE",
    "persian": "AF IR PK TJ",
    "indic": "BD BT IN LK MV NP",
    "cyrillic": "AM AZ BA BG BY GE KG KZ MD ME MK MN RS RU TM UZ",
    "ukrainian": "UA",
    "chinese": "CN HK MO SG TW",
    "korean": "KP KR",
    "germanic": "AT AX BE CH CZ DE DK EE FI FO GL HU IS LI LU NL NO PL SE SJ",
}
GENERAL = "general"
FAMILIES = (GENERAL, *_COUNTRIES)
_FAMILY: Mapping[str, str] = {
    country: family for family, countries in _COUNTRIES.items() for country in countries.split()
}
# What begins the keys of a family; those of the general one have nothing in front.
_MARKS = {family: f"{family[:2]}:" if family != GENERAL else "" for family in FAMILIES}
_FAMILY_OF_MARK = {mark: family for family, mark in _MARKS.items()}


def family_of(country_code: str | None) -> str:
    """Return the family of a country by its ISO 3166-1 code.

    Examples
    --------
    >>> family_of("IQ"), family_of("US"), family_of(None)
    ('arabic', 'general', 'general')
    """
    return _FAMILY.get(country_code or "", GENERAL)


def is_transliterated(country_code: str | None) -> bool:
    """Return whether most names of a country are spelled out from another alphabet, so that their letters differ freely.

    Chinese and Korean names are not: theirs are so short and alike that a letter makes another name.

    Examples
    --------
    >>> is_transliterated("IQ"), is_transliterated("DE"), is_transliterated("CN")
    (True, False, False)
    """
    return family_of(country_code) in {"arabic", "persian", "indic", "cyrillic", "ukrainian"}


@dataclass(frozen=True)
class Rule:
    """A way in which the spellings of one name differ.

    Parameters
    ----------
    name
        What differs.
    families
        Where names differ so; everywhere if empty.
    example
        Two spellings of one name, folded.
    steps
        What brings them together: each takes and returns a line for each folded name, with a space at either end.
    """

    name: str
    families: tuple[str, ...]
    example: tuple[str, str]
    steps: tuple[Step, ...]


def _replaced(*pairs: str) -> tuple[Step, ...]:
    """Return steps that replace what stands left of each arrow by what stands right of it; ``_`` is a space."""
    return tuple(_replacing(*(part.replace("_", " ") for part in pair.split(">"))) for pair in pairs)


def _replacing(old: str, new: str) -> Step:
    return lambda text: text.replace(old, new)


def _matched(pattern: str, new: str) -> Step:
    substitute = re.compile(pattern).sub
    return lambda text: substitute(new, text)


def _translated(old: str, new: str) -> Step:
    table = str.maketrans(old, new)
    return lambda text: text.translate(table)


# "Saint" of either sex and of several, before a name; "st" and "ste" are written out by folding.
_SAINTS = (
    "ainte?s? an anta anto ao ant ante int inte ankt anct anctus zent vat[yae] vet[aeioy] fant(?:a|ul|u)? fint(?:a|ul|u)? "
    "wiet[yae] vyat(?:oy|aya|oye)"
)
_SAINT = (
    _matched(rf" s(?:{'|'.join(_SAINTS.split())}) (?=[a-z])", " saint "),
    _matched(r" (?:a[gy](?:ios|ia|ioi|iou|ias)|aghi(?:os|a)|hagi(?:os|a)) (?=[a-z])", " saint "),
)
# The Arabic article as it is written before every letter, or as it sounds before some of them; in Arabic names alone.
_ARTICLE = _matched(r" (?:[aeu]l|il|[aeu][dnrstz]|[aeu](?:sh|th|dh)) (?=[a-z]{3})", " ")
_ALPHABETIC = tuple(family for family in FAMILIES if family != "chinese")
_CONSONANTS = _matched(r"([bcdfghjklmnpqrstvwxz])\1+", r"\1")

# A Chinese name in Pinyin, in Wade-Giles without its apostrophes (folding drops them) or as the post spelled it.
_SYLLABLE = (
    r"(?:zh|ch|chw|sh|hs|tz|ts|sz|ss|szechw|[kh]w|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:i?ang|uang|i?ong|iung|ung|eng|ing|iao|uai|uei|uan|uen|ian|ien|ieh|ueh|erh|"
    r"ao|ai|ei|ou|ow|an|en|in|un|ia|ie|iu|ua|uo|ui|ue|eh|ih|er|a|e|i|o|u)"
)
# Possessive: what is cut off wrongly leaves a vowel, which is a syllable too, so that no other cut need be tried.
_IS_CHINESE = re.compile(rf" (?>{_SYLLABLE} ?)++\Z").match
_CHINESE = (
    *_replaced("hs>x", "sze>si", "szu>si", "ssu>si", "tzu>zi", "kw>ku", "hw>hu", "chw>chu", "ow_>ou_", "ts>z", "tz>z"),
    *_replaced("oo>u", "ien>ian", "erh>er", "uei>ui", "yen>yan", "yi>i", "zh>ch", "q>ch"),
    # "Shih" and "Yeh" end a syllable, the h of "Beihai" begins one.
    _matched(r"(?<=[ei])h(?![aeiou])", ""),
    _matched(r"j(?=[iu])|k(?=i)|z(?=i[anueo])", "ch"),
    _matched(r"(?<=[gkh])o(?!u|w|ng)", "e"),
    *_replaced("ong>ung", "uo>o", "j>r", "x>s", "b>p", "d>t", "g>k"),
    _matched(r"c(?!h)", "z"),
)


def _pinyin(text: str) -> str:
    """Bring the lines that are Chinese syllables and nothing else to one form, which is neither Pinyin nor Wade-Giles."""
    return "\n".join(_one_chinese(line) if _IS_CHINESE(line) else line for line in text.split("\n"))


def _one_chinese(name: str) -> str:
    for step in _CHINESE:
        name = step(name)
    return name


# In the order in which they are applied: what a rule looks for, those before it must have left.
RULES: tuple[Rule, ...] = (
    Rule("saint", _ALPHABETIC, ("agios nikolaos", "saint nikolaos"), _SAINT),
    Rule("article", ("arabic",), ("ash shatrah", "shatrah"), (_ARTICLE,)),
    Rule("final h", ("arabic", "persian", "indic"), ("samarrah", "samarra"), _replaced("ah_>a_", "eh_>e_")),
    Rule(
        "ou/u",
        ("arabic", "persian", "cyrillic"),
        ("zarzour", "zarzur"),
        (_matched(r"ou(?=[aei])", "w"), *_replaced("ou>u", "oo>u")),
    ),
    Rule(
        "doubled vowels",
        ("arabic", "persian", "indic", GENERAL),
        ("rafeeq", "rafiq"),
        _replaced("aa>a", "ee>i", "oo>u", "ii>i", "uu>u"),
    ),
    Rule("aa/a", ("germanic",), ("aarhus", "arhus"), _replaced("aa>a")),
    Rule("q/k, gh/g", ("arabic", "persian", "cyrillic"), ("baghlan", "baglan"), _replaced("gh>g", "q>k")),
    Rule("k/g", ("arabic",), ("aqaba", "agaba"), _replaced("g>k")),
    Rule(
        "kh/h",
        ("arabic", "persian", "cyrillic", "ukrainian"),
        ("khabur", "habur"),
        _replaced("kh>h", "x>h"),
    ),
    Rule("dh/d, th/t", ("arabic",), ("nahdha", "nahda"), _replaced("dh>d", "th>t")),
    Rule("w/v", ("indic", "persian"), ("bhiwandi", "bhivandi"), _replaced("w>v")),
    Rule(
        "diphthongs",
        ("arabic", "persian", "indic"),
        ("dayr hafir", "deir hafir"),
        (
            *_replaced("ww>w"),
            _matched(r"[ae]w(?![aeiouy])", "u"),
            _matched(r"uw(?=[aeiou])", "w"),
            _matched(r"i?yy?(?=[aeu])", "i"),
            _matched(r"[ae][iy](?![aeiou])", "ai"),
            *_replaced("y>i", "ii>i"),
        ),
    ),
    Rule("o/u", ("arabic", "persian"), ("homs", "hums"), _replaced("o>u")),
    Rule("e/a", ("arabic",), ("tel kaif", "tal kaif"), _replaced("e>a")),
    Rule("i/a", ("arabic",), ("tikrit", "takrit"), (_matched(r"(?<=[^aeiouy ])i(?=[^aeiouy ])", "a"),)),
    Rule("e/i", ("persian",), ("hilmand", "helmand"), _replaced("e>i")),
    Rule(
        "sh/s, zh/z, ch/c, ts/c",
        ("cyrillic", "ukrainian"),
        ("zhytomyr", "zytomyr"),
        _replaced("shch>sc", "sch>sc", "tsch>c", "zh>z", "sh>s", "ch>c", "ts>c", "tz>c", "w>v", "ff_>v_"),
    ),
    Rule(
        "y/j/i",
        ("cyrillic", "ukrainian"),
        ("novyi urengoi", "noviy urengoy"),
        (_matched(r"[yji]+(?=[aeou])", "i"), *_replaced("ie>e", "io>e"), _matched(r"[yji]+", "i")),
    ),
    Rule("g/h", ("ukrainian",), ("luhansk", "lugansk"), _replaced("g>h")),
    Rule("o/e/i", ("ukrainian",), ("kharkov", "kharkiv"), (_translated("oe", "ii"), *_replaced("ii>i"))),
    Rule("pinyin", ("chinese",), ("hsian", "xian"), (_pinyin,)),
    Rule(
        "revised korean",
        ("korean",),
        ("pusan", "busan"),
        (*_replaced("eo>o", "eu>u", "sh>s", "j>ch"), _translated("bdgl", "ptkr")),
    ),
    Rule("umlaut", ("germanic",), ("koeln", "koln"), _replaced("ae>a", "oe>o", "ue>u")),
    Rule("space", (), ("tel afar", "telafar"), _replaced("_>")),
    Rule("doubled consonants", _ALPHABETIC, ("mossul", "mosul"), (_CONSONANTS,)),
)


def spelling_key(folded: str, family: str = GENERAL, *, rules: Iterable[Rule] = RULES) -> str:
    """Return the key of a folded name in a family; names of one key are spellings of each other, or look like it.

    Parameters
    ----------
    folded
        What :func:`~geomap.gazetteer.fold` returns. Names in other scripts than the Latin are their own key.
    family
        One of :data:`FAMILIES`.
    rules
        Some of :data:`RULES`, to measure what each does.

    Examples
    --------
    >>> spelling_key("al hawijah", "arabic") == spelling_key("hawija", "arabic")
    True
    >>> spelling_key("el salvador")
    'elsalvador'
    """
    return spelling_keys([folded], family, rules=rules)[0]


def spelling_keys(names: Sequence[str], family: str, *, rules: Iterable[Rule] = RULES) -> list[str]:
    """Return the keys of many folded names, as :func:`spelling_key` does, several times as fast."""
    # All names in one text, so that each step is called once; no step looks past the spaces around a name.
    text = " " + " \n ".join(names) + " "
    for step in _steps(family, tuple(rules)):
        text = step(text)
    mark = _MARKS[family]
    return [
        mark + (key.strip() or name) if name.isascii() else name
        for name, key in zip(names, text.split("\n"), strict=True)
    ]


def bare(key: str) -> str:
    """Return a key without what says its family: the form that a name with this key has if it is written so."""
    return key.rpartition(":")[2]


def stored_keys(names: Sequence[str], family: str) -> list[tuple[int, str]]:
    """Return the keys of folded names that differ from the name, each with the name's number: what an index stores.

    Parameters
    ----------
    names
        Folded names.
    family
        The family of a country in which a place has each of them.

    Examples
    --------
    >>> stored_keys(["mosul", "tel afar"], "arabic")
    [(0, 'ar:musul'), (1, 'ar:talafar')]
    """
    keys = enumerate(spelling_keys(names, family))
    return [(number, key) for number, key in keys if bare(key) != names[number]]


def with_key(key: str, names: Sequence[str]) -> list[str]:
    """Return those of some folded names that have a key, in the family that it says.

    Examples
    --------
    >>> with_key("ar:talafar", ["tel afar", "tel aviv"])
    ['tel afar']
    """
    mark, colon, _ = key.rpartition(":")
    family = _FAMILY_OF_MARK.get(mark + colon, GENERAL)
    return [name for name, own in zip(names, spelling_keys(names, family), strict=True) if own == key]


@lru_cache(maxsize=256)
def _steps(family: str, rules: tuple[Rule, ...]) -> tuple[Step, ...]:
    return tuple(step for rule in rules if family in (rule.families or FAMILIES) for step in rule.steps)
