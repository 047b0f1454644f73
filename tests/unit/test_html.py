"""The HTML report as a browser shows it: Debian's Chromium, headless."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from grader.classroom.page import page as class_page
from grader.labs.manifest import LANGUAGES
from grader.report.html import html
from grader.report.lines import safe
from grader.submission.hand_in_files import Submission
from grader.verdict.record import LabResult, Result, Status
from tests.support.sample_results import EVERY, FAILED, HOSTILE, a_result, hostile
from tests.unit.test_class_page import LAB, kept, verdict

pytestmark = pytest.mark.slow

PHONE = {"width": 360, "height": 740}
PROGRAM = "".join(f"line {number}\n" for number in range(1, 31)).encode()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.fail("The HTML report is tested in Chromium. Run: ./labebpf test", pytrace=False)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found)
        yield running
        running.close()


@pytest.fixture
def said() -> list[str]:
    """Give the list of what a page asks the network for, and what it complains of."""
    return []


Show = Callable[..., Page]
"""Open a report, with a browser's options, and give its page."""


@pytest.fixture
def show(browser: Browser, tmp_path: Path, said: list[str]) -> Iterator[Show]:
    pages: list[Page] = []

    def shown(text: str, **options: Any) -> Page:
        file = tmp_path / "report.html"
        file.write_text(text, encoding="utf-8")
        page = browser.new_page(**{"viewport": PHONE, **options})
        pages.append(page)
        page.on("request", lambda request: said.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.goto(file.as_uri())
        said.remove(file.as_uri())
        return page

    yield shown
    for page in pages:
        page.close()


def overflow(page: Page) -> int:
    """Open all folds, and return by how many pixels the page is wider than the screen."""
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    return int(
        page.evaluate(
            "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"
            " - document.documentElement.clientWidth"
        )
    )


def source_of(line: int, program: bytes = PROGRAM) -> tuple[Result, dict[str, Submission]]:
    lab = LabResult("lab3", "Count", (replace(FAILED, line=line),))
    return a_result(lab), {"lab3": Submission({"counter.c": program}, {})}


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "result",
    [EVERY, *(hostile(status.value) for status in Status)],
    ids=["every status", *(f"hostile {status.value}" for status in Status)],
)
def test_it_needs_nothing_and_fits_a_telephone(
    show: Show, said: list[str], result: Result, lang: str, scheme: str
) -> None:
    sources = {"lab3": Submission({"counter.c": (HOSTILE * 9).encode(errors="replace")}, {})}
    page = show(html(replace(result, lang=lang), sources), color_scheme=scheme)
    assert page.evaluate("document.documentElement.lang") == lang
    assert overflow(page) <= 0
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (dark == "rgb(20, 23, 27)") == (scheme == "dark")
    assert said == []


def test_every_task_has_its_verdict_its_points_and_what_to_do(show: Show) -> None:
    page = show(html(EVERY))
    for lab in EVERY.labs:
        assert page.get_by_role("heading", name=lab.title).is_visible()
        for task in lab.tasks:
            (card,) = (
                page.locator("article").filter(has=page.get_by_text(task.id, exact=True)).all()
            )
            assert f"{task.points}/{task.max_points}" in card.inner_text()
            assert task.title in card.inner_text()
            assert task.why in card.inner_text()
    failed = page.locator("article.fail")
    text = failed.inner_text()
    parts = ("failed", "Count once.", "Expected", "Seen", "counter.c:14", FAILED.hint, FAILED.cause)
    for part in parts:
        assert part in text
    assert "third line" not in text, "the log is folded"
    failed.locator("summary").last.click()
    assert failed.locator("pre.log").inner_text() == FAILED.log
    assert "6 points could not be judged" in page.locator("header").inner_text()


def test_it_speaks_french(show: Show) -> None:
    text = show(html(replace(EVERY, lang="fr"))).locator("body").inner_text()
    for word in ("Rapport", "réussi", "échoué", "Attendu", "Vu", "non jugé", "n'ont pas pu"):
        assert word in text


def test_a_timeline_is_a_picture_and_a_table(show: Show) -> None:
    page = show(html(replace(EVERY, lang="fr")))
    picture = page.get_by_role("img", name="Ce qui s'est passé")
    assert picture.is_visible()
    assert page.locator(".legend li").all_inner_texts() == [
        "comme il faut",
        "manque",
        "plus d'une fois",
        "en trop",
    ]
    marks = picture.locator("g").evaluate_all("all => all.map(each => each.getAttribute('class'))")
    assert marks == ["right", "doubled", "missing", "foreign"], "the last one has no time"
    assert picture.locator("title").nth(1).text_content() == "mkdir 5f3a +0.000 ms: 1 | 2"
    assert [text for text in picture.locator("text").all_text_contents() if "CPU" in text] == [
        "CPU 0",
        "CPU 1",
    ]
    places = [box["x"] for dot in picture.locator("g").all() if (box := dot.bounding_box())]
    assert len(places) == 4 and places[1] < places[2] < places[0] < places[3]
    assert not page.locator("table").is_visible(), "it is folded"
    page.get_by_text("Ce qui s'est passé").click()
    assert page.locator("table").is_visible()
    rows = page.locator("tr").all_inner_texts()
    assert len(rows) == 6
    assert "plus d'une fois" in rows[1] and "manque" in rows[2] and "faux" in rows[5]


@pytest.mark.parametrize("width", [320, 390])
def test_no_text_is_small_on_a_telephone(show: Show, width: int) -> None:
    """12 px at least, in the picture too: it is drawn narrower there, and not smaller."""
    page = show(html(EVERY), viewport={"width": width, "height": 740})
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    sizes = page.evaluate(
        "[...document.querySelectorAll('body *')].filter(e => [...e.childNodes].some("
        "c => c.nodeType === 3 && c.data.trim()) && e.localName !== 'title').map(e => "
        "parseFloat(getComputedStyle(e).fontSize) * (e.getCTM ? e.getCTM().a : 1))"
    )
    assert len(sizes) > 50 and min(sizes) >= 12


@pytest.mark.parametrize("status", ["fail", "error", "infra"])
def test_hostile_text_is_text(show: Show, said: list[str], status: str) -> None:
    """All of it is on the page, and the browser has made nothing of it."""
    result = hostile(status)
    page = show(html(result))
    task = safe(result).labs[0].tasks[1]
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.locator("pre.log").text_content() == task.log
    assert page.locator(".why").all_text_contents() == [task.why, task.cause]
    assert page.locator("td").nth(4).text_content() == " | ".join(task.timeline[0].reports)
    assert page.locator(".remedy").text_content() == task.remedy
    names = page.evaluate("[...new Set([...document.querySelectorAll('*')].map(e => e.localName))]")
    assert set(names) <= {
        *("html", "head", "meta", "link", "title", "style", "body", "header", "main", "footer"),
        *("section", "article", "h1", "h2", "h3", "p", "div", "span", "small", "i", "code", "pre"),
        *("dl", "dt", "dd", "details", "summary", "figure", "table", "tbody", "tr", "th", "td"),
        *("svg", "g", "line", "text", "circle", "path", "title", "ul", "li"),
    }
    assert said == []


@pytest.mark.parametrize(
    "line, numbers", [(1, range(1, 6)), (14, range(10, 19)), (30, range(26, 31))]
)
def test_the_source_is_shown_around_its_line(show: Show, line: int, numbers: range) -> None:
    result, sources = source_of(line)
    page = show(html(result, sources))
    shown = page.locator(".source span").all_text_contents()
    assert shown == [f"{number}line {number}" for number in numbers]
    assert page.locator(".source .marked").all_text_contents() == [f"{line}line {line}"]


@pytest.mark.parametrize("line", [0, 31])
def test_a_line_that_is_not_there_shows_none(show: Show, line: int) -> None:
    result, sources = source_of(line)
    assert show(html(result, sources)).locator(".source").count() == 0
    assert show(html(result)).locator(".source").count() == 0


def test_the_source_of_a_student_is_text(show: Show, said: list[str]) -> None:
    program = b"<script>alert(1)</script>\n</pre><img src=x onerror=alert(2)>\x1b]0;\n\x00::error\n"
    result, sources = source_of(2, program + b"x" * 5000)
    page = show(html(result, sources))
    lines = page.locator(".source span").all_text_contents()
    assert lines[0] == "1<script>alert(1)</script>"
    assert lines[1].startswith("2</pre><img src=x onerror=alert(2)>")
    assert lines[2] == "3\ufffd::error"
    assert len(lines[3]) < 400
    assert overflow(page) <= 0
    assert said == []


A4 = {"width": 718, "height": 1046}
"""Of CSS's pixels, within margins of 1 cm."""
NARROWEST = """[...document.querySelectorAll("table.tasks :is(th, td)")]
    .filter(cell => cell.textContent.trim()).map(cell => cell.offsetWidth)
    .reduce((one, other) => Math.min(one, other))"""


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("size", [PHONE, A4])
def test_the_tables_of_a_class_have_room_for_words(
    show: Show, tmp_path: Path, size: dict[str, int], lang: str
) -> None:
    results = [verdict("fail", *["blocked"] * 6)] * 10 + [verdict()] * 15
    opened = show(class_page(*kept(tmp_path / "state", results, lang), LAB), viewport=size)
    if size is A4:
        opened.emulate_media(media="print")
    assert opened.evaluate(NARROWEST) > 30
    assert overflow(opened) <= 0
