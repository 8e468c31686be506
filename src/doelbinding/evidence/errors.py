"""What can be wrong with evidence. Each docstring is the meaning; messages never repeat a value."""


class EvidenceError(Exception):
    """Something about the evidence is not as it must be."""


class NotCanonicalError(EvidenceError):
    """The value has no canonical JSON form (RFC 8785), so it has no stable hash."""


class NotEvidenceError(EvidenceError):
    """What was offered does not fit the schema of its kind, so it might hold personal data."""


class WeakSaltError(EvidenceError):
    """The salt is too short for a commitment to hide what it commits to."""


class TreeError(EvidenceError):
    """The question asked of the Merkle tree has no answer: an index or size lies outside it."""


class NoteError(EvidenceError):
    """The text is not a signed note, a checkpoint or a verifier key in the C2SP format."""


class SignatureError(EvidenceError):
    """The note is not signed by the key that it must be signed by."""


class KeyFileError(EvidenceError):
    """The key file cannot be used: others may read it, it exists already, or holds no key."""


class ArchiveError(EvidenceError):
    """The bundle is not a ZIP file that can be read safely."""


class LogMovedError(EvidenceError):
    """Another writer appended first, so the position asked for is taken; nothing was appended."""


class LogTamperedError(EvidenceError):
    """The store no longer holds what the log signed: entries are missing or were changed."""
