"""Documents for tests, made by hand: nothing of them is anybody's."""

import io
import zipfile
from collections.abc import Sequence

from pypdf import PdfReader, PdfWriter

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)
_STYLES = (
    f'<?xml version="1.0"?><w:styles xmlns:w="{_W}">'
    '<w:style w:type="paragraph" w:styleId="Nagwek1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Nagwek2"><w:name w:val="heading 2"/></w:style></w:styles>'
)
_STYLE_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>'
    "</Relationships>"
)


def docx(paragraphs: Sequence[tuple[str, str]], document: str | None = None, **parts: bytes) -> bytes:
    """A Word document of `(style, text)`; style "" is plain, "b" bold. `document` and `parts` replace what is in it."""
    body = ""
    for style, text in paragraphs:
        bold = "<w:rPr><w:b/></w:rPr>" if style == "b" else ""
        named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style not in ("", "b") else ""
        body += f"<w:p>{named}<w:r>{bold}<w:t>{text}</w:t></w:r></w:p>"
    whole = document or f'<?xml version="1.0"?><w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", _TYPES)
        package.writestr("_rels/.rels", _RELS)
        package.writestr("word/document.xml", whole)
        package.writestr("word/styles.xml", _STYLES)
        package.writestr("word/_rels/document.xml.rels", _STYLE_RELS)
        for name, content in parts.items():
            package.writestr(f"word/{name}.xml", content)
    return made.getvalue()


def pdf(pages: Sequence[Sequence[tuple[float, str]]], *, picture: bool = False) -> bytes:
    """A PDF of `(size, line)` in Helvetica, ASCII letters; with `picture` each page names one."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    dot = (
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>"
    )
    objects.append(dot + b"\nstream\n\0\nendstream")
    kids = []
    for lines in pages:
        y, drawn = 800.0, ""
        for size, line in lines:
            y -= size * 1.4 if line else size
            said = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            drawn += f"BT /F1 {size} Tf 1 0 0 1 50 {y:.1f} Tm ({said}) Tj ET\n" if line else ""
        stream = drawn.encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"endstream")
        inside = " /XObject << /Im1 4 0 R >>" if picture else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
            f"/Resources << /Font << /F1 3 0 R >>{inside} >> >>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    made, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def locked(content: bytes, password: str, owner: str | None = None) -> bytes:
    """The PDF, encrypted."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt(password, owner, algorithm="AES-256")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
