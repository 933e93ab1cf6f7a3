"""What a signature is bound to: a digest of tables as they stand, so that any edit of theirs is seen."""

import hashlib
from pathlib import Path


def fingerprint(folder: Path) -> str:
    """SHA-256 over the names and the content of all YAML and JSON files under the folder, whatever the line ends. Hexadecimal."""
    digest = hashlib.sha256()
    for file in sorted(one for one in folder.rglob("*") if one.suffix in (".yml", ".json")):
        name, lines = file.relative_to(folder).as_posix(), file.read_text("utf-8").splitlines()
        digest.update(name.encode() + b"\0" + "\n".join(lines).encode() + b"\0")
    return digest.hexdigest()
