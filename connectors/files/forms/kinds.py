"""What a file really is, by how it begins: one that is something else than its settings say is refused, and told so."""

from pathlib import Path

from connectors.files.settings import Form
from shared.errors import Misconfigured

_PACKED, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The stream in which a workbook with a password is kept, in a file of the old kind."""
_LOOK = 1 << 20


def refuse_other_kinds(path: Path, form: Form, file: str) -> None:
    """Raises `Misconfigured` for what this form cannot be."""
    with path.open("rb") as raw:
        start = raw.read(64)
    because = _packed_away(start, file)
    if not because and form == "excel":
        because = _no_workbook(start, path)
    elif not because and start.startswith((_PACKED, _OLD[:4])):
        save = "save it as «CSV UTF-8»" if form == "csv" else "export it as JSON"
        because = f"is a workbook, not a {form.upper()} file; {save}, or set form"
    if because:
        raise Misconfigured(f"{file} {because}")


def _packed_away(start: bytes, file: str) -> str:
    if start.startswith(b"-----BEGIN PGP") or file.casefold().endswith((".pgp", ".gpg", ".asc")):
        return "is encrypted with PGP, which Joinly does not decrypt; deliver it as it is, over SFTP or to a container"
    if start.startswith(b"\x1f\x8b"):
        return "is packed (gzip); deliver the file itself"
    return ""


def _no_workbook(start: bytes, path: Path) -> str:
    if not start:
        return "is empty; deliver the export again"
    if start.startswith(_OLD):
        return (
            "has a password; save it without one"
            if _has_password(path)
            else "is a workbook of the old kind (.xls); save it as .xlsx"
        )
    if start.startswith(_PACKED):
        return ""
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "is called a workbook and is a web page or XML; save it as .xlsx in a spreadsheet"
    return "is no workbook (.xlsx); export it as one, or set form to what it is"


def _has_password(path: Path) -> bool:
    """Looked for block by block; what is between two of them is looked at twice."""
    with path.open("rb") as raw:
        before = b""
        while block := raw.read(_LOOK):
            if _ENCRYPTED in before + block:
                return True
            before = block[-len(_ENCRYPTED) :]
    return False
