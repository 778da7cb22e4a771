"""LaTeX in the pages as MathML, which browsers draw by themselves, and the one font that it needs."""
import html
import io
import re
import unicodedata
import xml.etree.ElementTree as ElementTree
from functools import lru_cache
from importlib.util import find_spec

from fontTools import subset
from latex2mathml.converter import convert

FORMULA = re.compile(r'<(span|div) class="arithmatex">\\([(\[])(.*?)\\[)\]]</\1>', re.S)
FENCES, FUNCTIONS = set("|‖()[]⌊⌋⌈⌉{}∣∥"), {"log", "ln", "cos", "sin", "exp"}
REWRITTEN = [
    (r"\\arg(?![a-zA-Z])", r"\\operatorname{arg}"),
    (r"\\tag\{([^}]*)\}", r"\\qquad\\text{(\1)}"),  # beside its equation; some lines have two
    (r"\\!", ""),                                    # a thin space back; MathML's spacing needs none
    (r"(?<!\\)\\ ", r"\\;"),
]


@lru_cache(maxsize=None)
def mathml(latex: str, block: bool) -> str:
    "One formula as MathML. Raises `ValueError` where a command is not understood."
    source = latex.strip()
    for pattern, instead in REWRITTEN:
        source = re.sub(pattern, instead, source)
    drawn = convert(source, display="block" if block else "inline")
    if lost := re.search(r"\\[a-zA-Z]+", drawn):
        raise ValueError(f"formula {latex.strip()!r}: {lost[0]} is not understood")
    row = ElementTree.fromstring(drawn.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', ""))
    row.set("alttext", latex.strip())
    _mend(row)
    return ElementTree.tostring(row, encoding="unicode")


def _mend(row: ElementTree.Element) -> None:
    "What browsers would draw otherwise than TeX: sizes of brackets, and room beside the name of a function."
    for sign in row.iter("mo"):
        if "minsize" in sign.attrib:  # \\big and its kin
            sign.attrib |= {"stretchy": "true", "symmetric": "true"}
        elif sign.text in FENCES and "stretchy" not in sign.attrib:  # neither \\left nor \\right
            sign.set("stretchy", "false")
    for parent in [part for part in row.iter() if part.tag in ("math", "mrow", "mtd")]:
        parts = list(parent)
        for k, part in reversed(list(enumerate(parts))):
            if (part if part.tag == "mi" else next(iter(part), part)).text in FUNCTIONS:
                for place, neighbour in ((k + 1, parts[k + 1:k + 2]), (k, parts[max(k - 1, 0):k])):
                    if neighbour and neighbour[0].tag not in ("mo", "mspace", "mtext"):
                        parent.insert(place, ElementTree.Element("mspace", width="0.167em"))


def with_formulas(page: str) -> str:
    "A page's HTML, its formulas drawn."
    def drawn(found: re.Match) -> str:
        block = found[2] == "["
        formula = mathml(html.unescape(found[3]), block)
        return f'<div class="formula" tabindex="0">{formula}</div>' if block else formula
    page = FORMULA.sub(drawn, page)
    if lost := re.search(r".{0,40}(?:\$<math|</math>\$)", page):
        raise ValueError(f"a formula that is not read as one: {lost[0]}")
    return page


def letters(pages: list[str]) -> set[int]:
    "The characters of all formulas in some pages, also as the italics that a single letter becomes."
    drawn = (formula for page in pages for formula in re.findall(r"<math .*?</math>", page, re.S))
    texts = (re.sub(r"<[^>]+>", "", formula) for formula in drawn)
    plain = {ord(c) for text in texts for c in html.unescape(text)}
    styled = {code for code in range(0x1D400, 0x1D800)
              if ord(unicodedata.normalize("NFKC", chr(code))[:1] or " ") in plain}
    return plain | styled | {0x210E, 0x221A}  # Planck's h is the italic h; a root has its sign from its element


def math_font(codes: set[int]) -> bytes:
    "STIX Two Math (SIL Open Font License 1.1, from the wheel ziamath) with these characters only, as WOFF2."
    options = subset.Options(flavor="woff2", layout_features=["ssty", "dtls", "flac"], name_IDs=["*"])
    folder = find_spec("ziamath").submodule_search_locations[0]  # the package itself is not needed
    font = subset.load_font(f"{folder}/fonts/STIXTwoMath-Regular.ttf", options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    written = io.BytesIO()
    subset.save_font(font, written, options)
    return written.getvalue()
