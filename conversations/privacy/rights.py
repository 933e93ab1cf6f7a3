"""The three hands of privacy, as processes and pages get them."""

from dataclasses import dataclass

from conversations.privacy.erasure import Erasures
from conversations.privacy.export import Exports
from conversations.privacy.retention import Retention


@dataclass(frozen=True)
class Privacy:
    """Reading a person out, erasing a person, and letting go of what is over."""

    exports: Exports
    erasures: Erasures
    retention: Retention
