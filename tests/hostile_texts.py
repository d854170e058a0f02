"""More than 500 strings that break programs: the attack lists of many, written down anew.

Each may come from a server, a file or a person, and has to be shown letter by letter.
"""

from __future__ import annotations

import unicodedata
from functools import cache

FETCHED = "http://127.0.0.1:{port}/fetched"
"""What HTML among the strings would fetch; the port is the test's."""

_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_INVISIBLE = "\u00ad\u034f\u180e\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff\ufff9\ufffb"
_BREAKS = "\n\r\t\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_WORDS = (
    *("", " ", "   ", "\t", "\n", ".", "..", "...", "-", "--", "-n", "~", "*", "?", "/", "\\"),
    *("undefined", "null", "NULL", "None", "nil", "NaN", "Infinity", "-Infinity", "true", "false"),
    *("0", "-0", "1e999", "1/0", "0x0", "1,000.00", "١٢٣", "99999999999999999999", "１２３", "½"),
    *("CON", "PRN", "AUX", "NUL", "COM1", "LPT9", "con.jpg", "a.", "a ", " a", "Thumbs.db"),
    *("__proto__", "constructor", "toString", "hasOwnProperty", "__class__", "self", "async"),
)
_INJECTIONS = (
    *(
        "' OR 1=1 --",
        '" OR ""="',
        "1; DROP TABLE jobs",
        "1'); DROP TABLE jobs; --",
        "%",
        "_",
        "\\'",
    ),
    *("$(reboot)", "`reboot`", "; reboot", "| reboot", "&& reboot", "$HOME", "%PATH%", "${IFS}"),
    *(
        "{0}",
        "{}",
        "{job.__class__}",
        "%s%s%s%n",
        "%d",
        "%1",
        "%L1",
        "%(key)s",
        "{{7*7}}",
        "${7*7}",
    ),
    *("../../../etc/passwd", "..\\..\\boot.ini", "/dev/zero", "file:///etc/passwd", "\\\\host\\a"),
    *("//host/share", "C:\\", "~root", "javascript:alert(1)", "data:text/html,<b>", "x-man:ls"),
    *("=1+1", "+1", "-1+1", "@SUM(A1)", '=HYPERLINK("http://h")', "\t=1", "\r=1", "＝1+1"),
    *("=cmd|'/C calc'!A0", "|calc", "%0a=1", '"=1"', "a,b", 'a"b', "a;b", "a\r\nb", "a\x00=1"),
    *(
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "--!>",
        "<!DOCTYPE x [<!ENTITY a 'b'>]>",
        "&a;",
        "<?xml?>",
    ),
    *(
        "&lt;b&gt;",
        "&amp;",
        "&#60;",
        "&#x3c;",
        "&nbsp;",
        "&",
        "a & b",
        "a &b",
        "&&",
        "<",
        ">",
        "< a",
    ),
    *("\x1b[31mred", "\x1b]0;title\x07", "\x1b[2J", "\x07", "\x08\x08\x08", "\x7f", "\x9b31m"),
)
_TAGS = (
    *("<b>bold</b>", "<h1>huge</h1>", "<br>", "<hr>", "<p>", "<p>a<p>b", "<table><tr><td>x"),
    *("<font size=99>x</font>", "<span style='font-size:400px'>x</span>", "<center>x</center>"),
    *('<a href="U">click</a>', '<a href="javascript:1">x</a>', "<a href=U>x", "<u>x</u>"),
    *(
        '<img src="U">',
        "<img src=U>",
        "<IMG SRC='U'/>",
        "<image src=U>",
        '<img src="//127.0.0.1/x">',
    ),
    *('<img src="file:///etc/passwd">', "<img src=:/qt/x.png>", "<img width=9999 height=9999>"),
    *("<script>alert(1)</script>", "<svg onload=alert(1)>", "<style>*{color:red}</style>"),
    *('<link rel="stylesheet" href="U">', '<style>@import "U";</style>', '<body background="U">'),
    *('<table background="U"><tr><td>x</table>', "<ul><li>x", "<pre>x</pre>", "<html>", "<qt>x"),
    *('<object data="U">', '<iframe src="U">', '<video src="U">', "<meta http-equiv=refresh>"),
    *('"><img src="U">', "'><img src='U'>", "</p><img src=U>", "--><img src=U>", "]]><img src=U>"),
    *(
        "<img/src=U>",
        "<img\nsrc=U>",
        "<img\tsrc=U>",
        "<%00img src=U>",
        "< img src=U>",
        "<img src=U",
    ),
    *("<div style='background:url(U)'>x</div>", "<input type=image src=U>", "<base href=U>"),
)
_SCRIPTS = (
    *(
        "田中さんにあげて下さい",
        "사회과학원",
        "Ⱥ",
        "ЁЂЃЄЅІЇ",
        "שלום עולם",
        "مرحبا بالعالم",
        "ภาษาไทย",
    ),
    *(
        "Ω≈ç√∫˜µ≤≥÷",
        "åß∂ƒ©˙∆˚¬…æ",
        "❤️",
        "👨‍👩‍👧‍👦",
        "🏳️‍🌈",
        "🇩🇪🇫🇷",
        "👍🏿",
        "🅰🅱",
        "﷽",
        "ﷺ",
        "𒐫",
        "𓀀",
    ),
    *("Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤", "a" + "\u0301" * 200, "\u0301alone", "נ" + "\u05b0" * 60, "ก" + "\u0e49" * 60),
    *(
        "İi̇ıI",
        "ß",
        "ẞ",
        "ﬁ",
        "ǆ",
        "ŉ",
        "Å",
        "A\u030a",
        "ᴮ",
        "𝔘𝔫𝔦",
        "ｆｕｌｌ",
        "ａ／ｂ",
        "¡ɐ",
        "…",
        "“x”",
    ),
    *("\ue000\uf8ff", "\U000f0000", "\ufffd", "\ufffe", "\uffff", "\U0010ffff", "\ufdd0", "\u0378"),
    *("\u00a0", "\u2003", "\u3000", "\u3164", "\u115f", "\u2800", "\ufe0f", "\U000e0041\U000e007f"),
)


@cache
def texts(port: int = 1) -> tuple[str, ...]:
    """Return the strings; HTML among them would ask a server at ``port`` of this computer."""
    url = FETCHED.format(port=port)
    tags = [tag.replace("U", url) for tag in _TAGS]
    found = [*_WORDS, *_INJECTIONS, *tags, *_SCRIPTS]
    found += [f"photo{one}gpj.exe" for one in _BIDI + _INVISIBLE]
    found += [one * 40 + "x" for one in _BIDI + _INVISIBLE]
    found += [f"one{one}two" for one in _BREAKS]
    found += [one * 200 for one in _BREAKS]
    found += [f"c{chr(code)}c" for code in (*range(32), *range(0x7F, 0xA0))]
    found += [f"{tag}\u202e{tag}" for tag in tags]
    found += [tag * 60 for tag in tags[:10]]
    found += [letter * count for letter in "aW. ﷽🙂" for count in (255, 1000, 20_000)]
    found += [f"{'a' * count}\n{'b' * count}" for count in (100, 5000)]
    found += [f"{one}{word}" for one in "=+-@\t\r" for word in ("1+1", "SUM(A1:A9)", "cmd|' '!A0")]
    found += [f"x\ud800{one}" for one in ("", "<b>", "\u202e")]
    found += [f"{chr(code)}{chr(code)}<i>" for code in range(0xE0020, 0xE0030)]
    found += [f"{one}<img src='{url}'>" for one in _SCRIPTS[:30]]
    return tuple(dict.fromkeys(found))


def in_utf8(port: int = 1) -> tuple[str, ...]:
    """Return those that JSON in UTF-8 and a database can hold."""
    return tuple(one for one in texts(port) if one.encode("utf-8", "replace").decode() == one)


def file_names(port: int = 1) -> tuple[str, ...]:
    """Return those that are names of files on Linux, with an ending."""
    cleaned = (one.replace("/", "∕").replace("\0", "") for one in in_utf8(port))
    short = (one.encode()[:200].decode(errors="ignore") for one in cleaned)
    return tuple(dict.fromkeys(f"{one}.jpg" for one in short))


def is_bare(text: str, allowed: str = "\n") -> str:
    """Return the control and direction characters that stand in a text as they are."""
    bad = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    return "".join(c for c in text if c not in allowed and unicodedata.category(c) in bad)
