"""Files as bytes: PDFs, Word documents and archives, sound and harmful ones."""

import io
import re
import zipfile

import docx
from pypdf import PdfReader, PdfWriter


def a_pdf(lines, pages=1, *, catalog=b"", stream=None):
    """A PDF of that many equal pages, each line of text on a line of its own; `stream` is what is drawn instead."""
    shown = b" ".join(b"(" + line.encode("latin-1") + b") '" for line in lines)
    stream = b"BT /F1 12 Tf 50 750 Td 14 TL " + shown + b" ET" if stream is None else stream
    kids = b" ".join(b"%d 0 R" % (5 + page) for page in range(pages))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents 4 0 R>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, pages),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        *[page] * pages,
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj%sendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (len(objects) + 1, table, len(objects) + 1, len(out))
    )


def locked(pdf, password):
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.encrypt(password, owner_password="owner", algorithm="RC4-128")
    return saved(writer.write)


def saved(write):
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


def an_archive(entries):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return buffer.getvalue()


def a_word_document(*paragraphs, change=None):
    """A Word document; `change` may make other words of its main part."""
    document = docx.Document()
    for words in paragraphs:
        document.add_paragraph(words)
    data = saved(document.save)
    if change is None:
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    return an_archive([(name, change(part) if name == "word/document.xml" else part) for name, part in parts])


def with_entities(declared, used):
    """Changes a Word document's main part: `declared` before its root, `used` at the start of its text."""

    def change(part):
        head, root = part.split(b"<w:document", 1)
        return head + declared + b"<w:document" + re.sub(rb"(<w:t[^>]*>)", rb"\1" + used, root, count=1)

    return change


LAUGHS = b"<!DOCTYPE w [" + b"".join(
    b'<!ENTITY l%d "%s">' % (depth, b"&l%d;" % (depth - 1) * 10 if depth else b"ha" * 10) for depth in range(10)
) + b"]>"  # fmt: skip
