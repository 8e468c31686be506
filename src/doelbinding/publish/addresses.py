"""Where each file of the site stands: stable addresses, lowercase, without a trailing query."""

from __future__ import annotations

import posixpath
import re

from doelbinding.publish.errors import FolderError

HOME = "index.html"
STYLE = "assets/site.css"
ICON = "assets/icon.svg"
PUBLIC_DOCUMENT = "policy.json"
MANIFEST = "published.json"

_SAFE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.))*")


def policy_address(controller: str, language: str) -> str:
    """The privacy policy page."""
    return f"{_safe(controller)}/{_safe(language)}/index.html"


def sheet_address(controller: str, language: str, activity: str, suffix: str = "html") -> str:
    """The information sheet of an activity, as `html`, `pdf` or `json`."""
    return f"{_safe(controller)}/{_safe(language)}/sheets/{_safe(activity)}.{suffix}"


def register_address(controller: str, language: str, suffix: str = "html") -> str:
    """The register, as `html` or `json`."""
    return f"{_safe(controller)}/{_safe(language)}/register.{suffix}"


def versions_address(controller: str, language: str) -> str:
    """The page of versions."""
    return f"{_safe(controller)}/{_safe(language)}/versions.html"


def document_address(number: str) -> str:
    """The permanent address of the public document of a version."""
    return f"versions/{_safe(number)}/policy.json"


def relative(to: str, page: str) -> str:
    """Give the address of one file of the site as seen from a page of it."""
    return posixpath.relpath(to, posixpath.dirname(page) or ".")


def _safe(name: str) -> str:
    """Refuse a name that would lead out of the folder or break an address."""
    if not _SAFE.fullmatch(name):
        raise FolderError(
            f"{name!r} cannot be part of an address: use letters, digits, '-', '_' and '.'"
        )
    return name
