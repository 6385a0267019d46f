from datetime import date

import docx
import pytest
from hostile.documents import a_pdf, an_archive, locked, saved

from service.errors import InputError, TooLarge, UnsupportedFile
from service.files import article_from_text, read_article, safe_id

LIMITS = {"max_bytes": 5_000_000, "max_characters": 200_000}


def read(data, filename="a.txt", **changes):
    return read_article(data, **({"filename": filename} | LIMITS | changes))


# ── text ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param("Été\r\n\n İ ".encode(), "Été\r\n\n İ ", id="utf-8, every character kept"),
        pytest.param("\ufeffRain".encode(), "Rain", id="byte order mark"),
        pytest.param("Räin".encode("utf-16"), "Räin", id="utf-16"),
        pytest.param("Räin".encode("utf-32"), "Räin", id="utf-32"),
        pytest.param("“Café” was shut on Monday".encode("cp1252"), "“Café” was shut on Monday", id="windows-1252"),
    ],
)
def test_text_files_are_decoded(data, text):
    assert read(data).text == text


@pytest.mark.parametrize(
    ("data", "filename", "error", "words"),
    [
        pytest.param(b"", "a.txt", InputError, "empty", id="empty file"),
        pytest.param(b" \n\t", "a.txt", InputError, "empty", id="white space"),
        pytest.param("\u200b\ufeff".encode(), "a.txt", InputError, "empty", id="nothing to be seen"),
        pytest.param(b"\x89PNG\r\n", "a.txt", UnsupportedFile, "PNG", id="picture"),
        pytest.param(b"\xd0\xcf\x11\xe0", "a.docx", UnsupportedFile, "old Office", id="old Word"),
        pytest.param(b"ab\x00\x01", "a.txt", UnsupportedFile, "binary", id="binary"),
        pytest.param(b"a,b", "a.csv", UnsupportedFile, "'.csv'", id="other ending"),
        pytest.param(b"hello", "a.pdf", UnsupportedFile, "PDF", id="no PDF"),
        pytest.param("é".encode() * 9 + b"\xe9", "a.txt", InputError, "byte 18", id="broken utf-8"),
        pytest.param("日本語の文章".encode("shift-jis"), "a.txt", InputError, "UTF-8", id="other encoding"),
        pytest.param(b"%PDF-1.4 x", "a.pdf", UnsupportedFile, "broken", id="broken PDF"),
        pytest.param(a_pdf([]), "a.pdf", UnsupportedFile, "no text layer", id="PDF of pictures"),
        pytest.param(locked(a_pdf(["Rain"]), "secret"), "a.pdf", UnsupportedFile, "encrypted", id="locked PDF"),
        pytest.param(a_pdf(["Rain"], pages=301), "a.pdf", TooLarge, "301 pages", id="PDF with too many pages"),
        pytest.param(b"PK\x03\x04", "a.docx", UnsupportedFile, "broken", id="broken Word"),
        pytest.param(an_archive([("x", "y")]), "a.docx", UnsupportedFile, "ZIP", id="other archive"),
        pytest.param(
            an_archive([("word/document.xml", b" " * 30_000_000)]), "a.docx", TooLarge, "unpacks", id="archive bomb"
        ),
        pytest.param(
            an_archive([(str(n), "") for n in range(5_001)]), "a.docx", TooLarge, "unpacks", id="too many entries"
        ),
        pytest.param(b"<p hidden>x</p>", "a.html", UnsupportedFile, "no text", id="page without text"),
        pytest.param(b"<div>" * 2_000, "a.html", TooLarge, "too deep", id="page nested too deep"),
        pytest.param(b"x" * 5_000_001, "a.txt", TooLarge, "ACCORDING_MAX_FILE_BYTES", id="too many bytes"),
        pytest.param(b"x" * 200_001, "a.txt", TooLarge, "--max-characters", id="too many characters"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(data, filename, error, words):
    with pytest.raises(error, match=words) as caught:
        read(data, filename)

    assert type(caught.value) is error
    assert caught.value.field in ("file", "text")
    assert caught.value.fix


@pytest.mark.parametrize(
    ("text", "changes", "field"),
    [
        pytest.param("a\ud800b", {}, "text", id="half a surrogate pair"),
        pytest.param("a\x00b", {}, "text", id="NUL"),
        pytest.param(" ", {}, "text", id="blank"),
        pytest.param("Rain", {"title": "x" * 1_001}, "title", id="long title"),
        pytest.param("Rain", {"title": "\ud800"}, "title", id="title with half a pair"),
        pytest.param("Rain", {"outlet": "x" * 201}, "outlet", id="long outlet"),
        pytest.param("Rain", {"id": "x" * 201}, "id", id="long id"),
        pytest.param("Rain", {"id": " "}, "id", id="blank id"),
    ],
)
def test_a_text_that_cannot_be_kept_is_refused_by_field(text, changes, field):
    with pytest.raises(InputError) as caught:
        article_from_text(text, **({"id": "a", "max_characters": 100} | changes))

    assert caught.value.field == field
    assert "\ud800" not in str(caught.value)


def test_a_text_of_exactly_the_limit_is_read():
    assert article_from_text("x" * 100, id="a", max_characters=100).text == "x" * 100


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("flood.txt", "flood"),
        ("../../etc/My news (2).md", "My-news-2"),
        ("C:\\news\\Überschwemmung.txt", "Überschwemmung"),
        ('a"\r\nSet-Cookie: x.txt', "a-Set-Cookie-x"),
        ("..txt", "article"),
        ("", "article"),
        (None, "article"),
        ("x" * 500 + ".txt", "x" * 120),
    ],
)
def test_an_id_is_made_of_the_file_name(filename, expected):
    assert safe_id(filename) == expected


def test_what_the_caller_says_goes_first():
    page = b"<html><title>Old</title><meta property='article:published_time' content='2025-01-02'><p>Rain fell."

    article = read(page, "a.html", id="x", title="New", outlet="Example Post", published=date(2025, 3, 4))

    assert (article.id, article.title, article.outlet) == ("x", "New", "Example Post")
    assert article.published == date(2025, 3, 4)


# ── pages ─────────────────────────────────────────────────────────────────────────────────────────────────────


def page_text(body, head=""):
    page = f"<!doctype html><html><head>{head}</head><body>{body}<p>Rain.</p></body></html>"
    return read(page.encode(), "a.html").text.removesuffix("Rain.").strip("\n")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param("<p>Two  men\n<b>fell</b>.</p><p>One rose.</p>", "Two men fell.\nOne rose.", id="blocks"),
        pytest.param("One<br>two", "One\ntwo", id="line break"),
        pytest.param("<ul><li>One<li>Two</ul>", "• One\n• Two", id="list"),
        pytest.param("a &lt;b&gt; &amp; c", "a <b> & c", id="entities"),
        pytest.param("<script>x</script><style>y</style><noscript>z</noscript>", "", id="scripts"),
        pytest.param("<nav>x</nav><aside>y</aside><footer>z</footer><form>f</form>", "", id="menus"),
        pytest.param("<!-- ignore all --><template>x</template>", "", id="comments"),
        pytest.param("<p hidden>x</p><p aria-hidden='true'>y</p>", "", id="hidden attributes"),
        pytest.param("<p style='DISPLAY : none'>x</p><div style='visibility:hidden'><p>y</div>", "", id="not shown"),
        pytest.param("<p style='font-size:0px'>x</p><p style='width:0;height:0'>x</p>", "", id="no size"),
        pytest.param(
            "<p style='position:absolute;left:-9999px'>x</p><p style='opacity:0'>x</p>", "", id="off the page"
        ),
        pytest.param("<p style='color:#fff'>x</p>", "", id="white on white"),
        pytest.param("<p class='a sr-only'>x</p><p class=gone>y</p><p id=far>z</p>", "", id="hidden by class"),
        pytest.param("<p class=print style='font-size:0.9em;color:#ffa'>x</p>", "x", id="small and yellow is seen"),
        pytest.param("<p style='color:white;background:black'>x</p>", "x", id="white on black is seen"),
        pytest.param("<img alt='ignore all' src=x><figure><figcaption>c</figcaption></figure>", "", id="pictures"),
    ],
)
def test_of_a_page_only_what_is_seen_is_text(body, text):
    styles = "<style>.gone, #far {display:none} @media print {.print {display:none}}</style>"

    assert page_text(body, styles) == text


def test_a_page_says_its_title_outlet_date_and_language():
    page = """<html lang="en-GB"><meta charset="utf-8"><meta property="og:title" content="Bridge  shut">
        <meta property="og:site_name" content="Example Post"><title>Bridge shut | Example Post</title>
        <p>Rain fell on <time datetime="2025-03-04T10:00:00Z">Tuesday</time>.</p>"""

    article = read(page.encode(), "a.html")

    assert (article.title, article.outlet, article.language) == ("Bridge shut", "Example Post", "en-GB")
    assert article.published == date(2025, 3, 4)
    assert article.text == "Rain fell on Tuesday."


def test_the_only_long_article_of_a_page_is_its_text():
    story = "The river rose again. " * 40

    assert page_text(f"<p>Menu of the day</p><article><p>{story}</p></article>") == story.strip()


def test_a_page_is_known_by_its_type_or_by_how_it_begins():
    page = b"<html><p>Rain fell."

    assert read(page, None, content_type="text/html; charset=utf-8").text == "Rain fell."
    assert read(page, "upload").text == "Rain fell."


def test_the_encoding_that_a_page_names_is_used():
    page = "<meta charset='windows-1251'><p>Город</p>".encode("cp1251")

    assert read(page, "a.html").text == "Город"


# ── PDF and Word ──────────────────────────────────────────────────────────────────────────────────────────────


def test_lines_of_a_pdf_become_paragraphs():
    lines = [
        "The river rose for two days and reached the bridge on Mon-",
        "day morning, the mayor told people who had gathered there.",
        "It fell at night.",
        "A second paragraph begins with a line that is rather long",
        "and ends here.",
        "7",
    ]

    assert read(a_pdf(lines), "a.pdf").text == (
        "The river rose for two days and reached the bridge on Monday morning, the mayor told people who had "
        "gathered there. It fell at night.\n\n"
        "A second paragraph begins with a line that is rather long and ends here."
    )


def test_letters_that_typesetting_joined_are_letters():
    joined = a_pdf(["Ana said \xdeve boats sank."])
    encoded = joined.replace(b"/BaseFont/Helvetica", b"/BaseFont/Helvetica/Encoding/MacRomanEncoding")

    assert read(encoded, "a.pdf").text == "Ana said five boats sank."


def test_a_pdf_that_opens_without_a_password_is_read():
    assert read(locked(a_pdf(["Rain fell."]), ""), "a.pdf").text == "Rain fell."


def test_a_pdf_is_known_by_its_bytes():
    assert read(a_pdf(["Rain fell."]), "a.txt").text == "Rain fell."


def test_a_word_document_is_read_in_order_without_hidden_text():
    document = docx.Document()
    document.core_properties.title = "Bridge shut"
    document.add_heading("Costs", 1)
    paragraph = document.add_paragraph("Rain ")
    paragraph.add_run("ignore all").font.hidden = True
    paragraph.add_run("fell.")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Towns", "15"
    document.add_paragraph("One", style="List Bullet")

    article = read(saved(document.save), "a.docx")

    assert article.text == "Costs\n\nRain fell.\n\nTowns\t15\n\n• One"
    assert article.title == "Bridge shut"
