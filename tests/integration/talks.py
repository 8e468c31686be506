"""Conversations that guests share by taking part in them, as datasets and tables."""

from __future__ import annotations

TALK = """\
      - id: talk
        label: {en: Conversations}
        table: talk
        key: [id]
        subject: {shared_by: member, columns: [talk_id]}
        columns:
          - {name: id, type: integer}
          - {name: about, category: history}
          - {name: notes, category: history, replace_with: '-'}
        bindings:
"""
"""Without its bindings."""
MEMBER = """\
      - id: member
        label: {en: Who takes part}
        table: member
        key: [id]
        subject: {to: guest, columns: [guest_id]}
        columns:
          - {name: id, type: integer}
          - {name: talk_id, type: integer}
          - {name: guest_id, type: integer}
          - {name: alias, category: history}
          - {name: since, type: date-text}
        events: {order.placed: {column: since}}
        bindings: [{activity: orders, columns: ['*']}]
"""
TABLES = (
    "CREATE TABLE talk (id INTEGER PRIMARY KEY, about TEXT, notes TEXT)",
    (
        "CREATE TABLE member (id INTEGER PRIMARY KEY, talk_id INT, guest_id INT, "
        "alias TEXT, since TEXT)"
    ),
)
