"""Ways to carry out on a page what should not leave: numbers, names, and what programs leave."""

from __future__ import annotations

import base64
import zlib


CANARY = "kanin-7f3a91"


def svg(content: str) -> str:
    packed = base64.b64encode(f"<svg>{content}</svg>".encode()).decode()
    return f'<img alt="Figur" src="data:image/svg+xml;base64,{packed}">'


def png(kind: bytes, text: bytes) -> str:
    chunk = len(text).to_bytes(4, "big") + kind + text + b"\0\0\0\0"
    packed = base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunk).decode()
    return f'<img alt="Figur" src="data:image/png;base64,{packed}">'


def photo(note: bytes) -> str:
    packed = base64.b64encode(b"\xff\xd8\xff\xe1" + note + b"\xff\xd9").decode()
    return f'<img alt="Figur" src="data:image/jpeg;base64,{packed}">'


# Numbers of persons that nobody has released.
LEAKS = (
    "<p>Bland dem fanns 3 barn.</p>",
    '<img alt="3 barn" src="">',
    '<p title="3 barn">Se här</p>',
    '<td data-layout="ålder" data-cell="age_group=0-17">3</td>',
    '<td data-layout="ålder" data-cell="age_group=0-17" data-value="3">sekretess</td>',
    '<td data-layout="ålder" data-cell="age_group=0-17">&lt;5</td>',
    '<td data-layout="kön" data-cell="sex=K">13</td>',
    '<td data-layout="insats" data-cell="sex=K">12</td>',
    "<p>15 % var barn.</p>",
    "<p hidden>7</p>",
    "<details><p>7</p></details>",
)
# What programs leave on a page, and whole pages' stowaways.
STOWAWAYS = (
    f"<p>{CANARY}</p>",
    f"<!-- {CANARY} -->",
    f'<p class="{CANARY}">x</p>',
    "<!-- borttaget -->",
    "<script>var x = 1</script>",
    '<div class="plotly-graph-div"></div>',
    '<script type="application/vnd.jupyter.widget-state+json">{}</script>',
    '<div class="output_stderr">x</div>',
    "<pre>Traceback (most recent call last)</pre>",
    "<p>/home/anna/uttag</p>",
    r"<p>C:\Users\anna</p>",
)
PACKED = base64.b64encode(f"för {CANARY}".encode()).decode()
PERCENT = "".join(f"%{byte:02x}" for byte in CANARY.encode())
ENTITIES = "".join(f"&#{ord(letter)};" for letter in CANARY)
# The canary in any dress.
DRESSED = (
    f'<p data-note="{CANARY}">x</p>',
    f"<p>{PACKED}</p>",
    f"<p>{CANARY.encode().hex()}</p>",
    f"<p>{CANARY[::-1]}</p>",
    f'<a href="?{PERCENT}">x</a>',
    f"<p>{ENTITIES}</p>",
    f"<p>{ENTITIES.replace('&', '&amp;')}</p>",
    "<p>" + "\u200b".join(CANARY) + "</p>",
    f"<p>{'&shy;'.join(CANARY)}</p>",
    f"<p><b>{CANARY[:5]}</b><i>{CANARY[5:]}</i></p>",
    f"<p>{CANARY[:5]}</p><p>{CANARY[5:]}</p>",
    f"<p>{CANARY.upper().replace('-', ' ')}</p>",
    f'<style>p::after{{content:"{CANARY}"}}</style>',
    f"<template>{CANARY}</template>",
    f'<iframe srcdoc="{CANARY}"></iframe>',
    svg(f"<title>{CANARY}</title>"),
    svg(f'<g id="{CANARY}"><path d="m0 0h1"/></g>'),
    svg(f'<image href="data:image/png;base64,{PACKED}"/>'),
    png(b"iTXt", b"Title\0\1\0\0\0" + zlib.compress(CANARY.encode())),
    png(b"eXIf", CANARY.encode()),
)
# A number in any dress.
NUMBERS = (
    '<p data-n="7">Se här</p>',
    '<p aria-valuenow="7">Se här</p>',
    '<p style="width:7%">Se här</p>',
    '<p class="n7">Se här</p>',
    '<p id="n7">Se här</p>',
    '<a href="#7">Se här</a>',
    '<p data-cell="7">Se här</p>',
    '<p data-municipality="7">Se här</p>',
    '<td width="7">Se här</td>',
    "<!x 7>",
    "<?x 7?>",
    "<![CDATA[7]]>",
    '<style>p::after{content:"7"}</style>',
    "<style>p::after{content:'sju'}</style>",
    r"<style>p::after{content:'\37'}</style>",
    "<style>p{counter-reset:n 7}</style>",
    '<iframe srcdoc="7"></iframe>',
    '<object data="x">7</object>',
    '<img alt="Figur" src="data:image/svg+xml,%3Csvg%3E7%3C/svg%3E">',
    '<img alt="Figur" src="data:text/plain;base64,Nw==">',
    '<img alt="Figur" src="https://exempel.se/7.png">',
    '<img alt="Figur" srcset="data:text/plain,7 2x" src="">',
    svg("<title>7</title>"),
    svg('<g aria-label="7"/>'),
    svg("<foreignObject>7</foreignObject>"),
    svg("<text>1<tspan>3</tspan>7</text>"),
    svg("<!-- 7 -->"),
    png(b"prVt", b"7"),
    png(b"IEND", b"") + "<p>137</p>",
    "<p>1\u200b2\u200b8</p>",
    "<p>\uff17</p>",
    "<p>\u2466</p>",
    "<p>\u00b7\u2077</p>",
    "<p>&#55;</p>",
    "<p>\u202e21\u202c</p>",
    "<p><b>12</b><i>8</i></p>",
    "<p>12<span>8</span></p>",
    "<p>Där fanns 4 personer.</p>",
    "<p>Där fanns 4 utsatta barn.</p>",
)
