"""What can keep a policy from being published."""

from __future__ import annotations


class PublishError(Exception):
    """A policy that cannot be published here as it is; the message says what to change."""


class NoWordsError(PublishError):
    """A language for which the pages have no words of their own: `publish/locale` lacks it."""


class IncompleteError(PublishError):
    """A policy of which a sheet would leave out what people are owed (R-II.1)."""


class FolderError(PublishError):
    """A folder that holds something else than an earlier publication, or a name unfit for one."""
