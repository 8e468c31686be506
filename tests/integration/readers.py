"""Readers, whose key is a text, and notes that refer to them by it: as two datasets of a policy."""

from __future__ import annotations

READER = """\
      - id: reader
        label: {en: Readers}
        table: reader
        key: [code]
        controller: mill
        person: true
        columns:
          - {name: code}
          - {name: name, category: name, identifier: name}
          - {name: status}
MORE
        states:
          subscribed: {column: status, equals: "Yes"}
        bindings: [{activity: news, columns: ['*']}]
"""
NOTE = """\
      - id: note
        label: {en: Notes}
        table: note
        key: [id]
        subject: {to: reader, columns: [code]}
        columns:
          - {name: id, type: integer}
          - {name: code}
MORE
        bindings: [{activity: news, columns: ['*']}]
"""


def mapped_readers(*columns: str) -> str:
    """Give the dataset of readers, with columns besides code, name and status."""
    return _with(READER, columns)


def mapped_notes(*columns: str) -> str:
    """Give the dataset of notes, with columns besides id and code."""
    return _with(NOTE, columns)


def _with(dataset: str, columns: tuple[str, ...]) -> str:
    return dataset.replace("MORE\n", "".join(f"          - {column}\n" for column in columns))
