"""A small world over three stores: aggregated events, addresses that people share, a legal duty.

Small, so that a run takes a tenth of a second and can die at every boundary.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from tests.integration.begun import begin

DAY = "2026-11-23"
ANNA = ("--id", "email:anna@example.com", "--controller", "mill")

POLICY = """\
id: mill
group: Mill
title: {en: How the mill handles your personal data}
version: {number: "1", effective_on: 2026-01-01, reason: organisation, note: {en: First version.}}
languages: [en]
controllers:
  - id: mill
    name: Mill Ltd
    country: IE
    address: 1 Mill Lane, Dublin
    email: privacy@mill.example
    website: https://mill.example
    timezone: Europe/Dublin
    financial_year_end: 12-31
    languages: [en]
    officer: {name: Nora Byrne, email: dpo@mill.example, form: https://mill.example/contact}
    authority: {name: {en: DPC}, url: https://www.dataprotection.ie, address: Dublin 2}
    court: {en: the Circuit Court}
person_categories:
  - {id: customer, label: {en: customers}, dpv: "https://w3id.org/dpv#Concept"}
data_categories:
  - {id: name, label: {en: name}, dpv: "https://w3id.org/dpv#Concept"}
  - {id: email, label: {en: e-mail address}, dpv: "https://w3id.org/dpv#Concept"}
  - {id: address, label: {en: address}, dpv: "https://w3id.org/dpv#Concept"}
  - {id: history, label: {en: history}, dpv: "https://w3id.org/dpv#Concept"}
measures:
  - {id: roles, label: {en: access by role}, dpv: "https://w3id.org/dpv#Concept"}
activities:
  - id: customers
    name: {en: Customer relations}
    summary: {en: We keep in touch with our customers.}
    purposes: [{id: service, label: {en: serving customers}, dpv: "https://w3id.org/dpv#Concept"}]
    persons: [customer]
    data: [name, email, address, history]
    no_recipients: true
    sources: [{collection: direct, label: {en: yourself}}]
    provision: voluntary
    consequence: {en: None.}
    automation: {solely_automated: false}
    no_further_purpose: true
    security: [roles]
    phases:
      - id: active
        purpose: service
        basis:
          kind: legitimate-interests
          interest: {en: Serving people well.}
          balancing: {outcome: {en: Expected.}, assessed_on: 2026-01-15, reference: LIA-1}
        criteria: {en: Two years.}
        terms: [{rule: after contact.last keep P2Y}]
  - id: orders
    name: {en: Orders}
    summary: {en: We keep the books.}
    purposes: [{id: books, label: {en: keeping the books}, dpv: "https://w3id.org/dpv#Concept"}]
    persons: [customer]
    data: [name, history]
    no_recipients: true
    sources: [{collection: direct, label: {en: yourself}}]
    provision: voluntary
    consequence: {en: None.}
    automation: {solely_automated: false}
    no_further_purpose: true
    security: [roles]
    phases:
      - id: statutory
        purpose: books
        basis: {kind: legal-obligation, statute: {en: Companies Act}}
        criteria: {en: Seven years.}
        terms: [{rule: after order.placed keep P7Y, statute: {en: Companies Act}}]
  - id: news
    name: {en: Newsletter}
    summary: {en: We send news.}
    purposes: [{id: news, label: {en: sending news}, dpv: "https://w3id.org/dpv#Concept"}]
    persons: [customer]
    data: [name, email, history]
    no_recipients: true
    sources: [{collection: direct, label: {en: yourself}}]
    provision: voluntary
    consequence: {en: None.}
    automation: {solely_automated: false}
    no_further_purpose: true
    security: [roles]
    phases:
      - id: subscribed
        purpose: news
        basis: {kind: consent, withdrawal: {en: By the link in each issue.}}
        criteria: {en: While subscribed.}
        terms: [{rule: while subscribed}]
"""

GUEST_HOUSE = """\
stores:
  - id: house
    label: {en: Guest house}
    country: IE
    backups: P35D
    datasets:
      - id: guest
        label: {en: Guests}
        table: guest
        key: [id]
        controller: mill
        person: true
"""
"""The beginning of a store of one house, whose guests have columns of every kind in turn."""

CRM = """\
stores:
  - id: crm
    label: {en: Customers}
    country: IE
    backups: P35D
    datasets:
      - id: customer
        label: {en: Customers}
        table: customer
        key: [id]
        controller: mill
        person: true
        collected: joined
        columns:
          - {name: id, type: integer}
          - {name: name, category: name, identifier: name}
          - {name: email, category: email, identifier: email}
          - {name: address_id, type: integer}
          - {name: joined, type: date-text, category: history}
        events:
          contact.last: {latest_of: [{dataset: contact, column: at}]}
        bindings: [{activity: customers, columns: ['*']}]
      - id: contact
        label: {en: Contacts}
        table: contact
        key: [id]
        subject: {to: customer, columns: [customer_id]}
        columns:
          - {name: id, type: integer}
          - {name: customer_id, type: integer}
          - {name: at, type: date-text, category: history}
          - {name: note, category: history}
        bindings: [{activity: customers, columns: ['*']}]
      - id: address
        label: {en: Addresses}
        table: address
        key: [id]
        subject: {shared_by: customer, columns: [address_id]}
        columns:
          - {name: id, type: integer}
          - {name: street, category: address}
        bindings: [{activity: customers, columns: ['*']}]
"""

SHOP = """\
stores:
  - id: shop
    label: {en: Shop}
    country: IE
    backups: P35D
    datasets:
      - id: buyer
        label: {en: Orders}
        table: buyer
        key: [id]
        controller: mill
        person: true
        collected: placed
        columns:
          - {name: id, type: integer}
          - {name: name, category: name, identifier: name}
          - {name: email, category: email, identifier: email}
          - {name: remark, category: history}
          - {name: placed, type: date-text, category: history}
        events:
          order.placed: {column: placed}
          contact.last: {column: placed}
        bindings:
          - {activity: orders, columns: [name, placed]}
          - {activity: customers, columns: [email, remark, placed]}
"""

MAIL = """\
stores:
  - id: mail
    label: {en: Newsletter}
    country: IE
    backups: P35D
    datasets:
      - id: reader
        label: {en: Readers}
        table: reader
        key: [id]
        controller: mill
        person: true
        collected: since
        columns:
          - {name: id, type: integer}
          - {name: name, category: name, identifier: name}
          - {name: email, category: email, identifier: email}
          - {name: active, type: integer}
          - {name: since, type: date-text, category: history}
        states:
          subscribed: {column: active, equals: 1}
        bindings: [{activity: news, columns: ['*']}]
"""

TABLES = {
    "crm": (
        "CREATE TABLE address (id INTEGER PRIMARY KEY, street VARCHAR(80))",
        (
            "CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(80), email VARCHAR(80), "
            "address_id INTEGER REFERENCES address (id), joined VARCHAR(10))"
        ),
        (
            "CREATE TABLE contact (id INTEGER PRIMARY KEY, "
            "customer_id INTEGER REFERENCES customer (id), at VARCHAR(10), note VARCHAR(80))"
        ),
        "CREATE INDEX contact_customer ON contact (customer_id)",
        "CREATE INDEX customer_address ON customer (address_id)",
        "INSERT INTO address VALUES (1, 'Lane 1'), (2, 'Lane 2'), (3, 'Lane 3'), (4, 'Lane 4')",
        (
            "INSERT INTO customer VALUES (1, 'Anna', 'Anna@example.com', 1, '2020-01-01'), "
            "(2, 'Ben', 'ben@example.com', 1, '2020-01-01'), "
            "(3, 'Cas', 'cas@example.com', 2, '2019-01-01'), "
            "(4, 'Dot', 'dot@example.com', 2, '2019-01-01'), "
            "(5, 'Eve', 'eve@example.com', 3, '2019-01-01'), "
            "(6, 'Fay', 'fay@example.com', 3, '2019-01-01'), "
            "(7, 'Gus', NULL, NULL, NULL), "
            "(8, 'Anna', 'anna@example.com', 4, '2021-01-01')"
        ),
        (
            "INSERT INTO contact VALUES (1, 1, '2026-01-01', 'x'), (2, 1, '2020-01-01', 'x'), "
            "(3, 2, '2026-01-01', 'x'), (4, 3, '2023-01-01', 'x'), (5, 3, '2024-01-01', 'x'), "
            "(6, 4, '2023-01-01', 'x'), (7, 5, '2024-11-22', 'x'), (8, 6, '2024-11-23', 'x'), "
            "(9, 8, NULL, 'x')"
        ),
    ),
    "shop": (
        (
            "CREATE TABLE buyer (id INTEGER PRIMARY KEY, name VARCHAR(80), email VARCHAR(80), "
            "remark VARCHAR(80), placed VARCHAR(10))"
        ),
        (
            "INSERT INTO buyer VALUES (1, 'Anna', 'anna@example.com', 'x', '2025-01-01'), "
            "(2, 'Cas', 'cas@example.com', 'x', '2022-01-01'), "
            "(3, 'Dot', 'dot@example.com', 'x', '2018-01-01'), "
            "(4, 'Anna', 'anna@example.com', 'x', NULL)"
        ),
    ),
    "mail": (
        (
            "CREATE TABLE reader (id INTEGER PRIMARY KEY, name VARCHAR(80), email VARCHAR(80), "
            "active INTEGER, since VARCHAR(10))"
        ),
        (
            "INSERT INTO reader VALUES (1, 'Anna', 'anna@example.com', 1, '2022-01-01'), "
            "(2, 'Ben', 'ben@example.com', 0, '2022-01-01'), (3, 'Eve', 'eve@example.com', 1, NULL)"
        ),
    ),
}


@dataclass(frozen=True, kw_only=True)
class World:
    """A policy, by file; tables with rows, by store; what else the configuration says."""

    policy: Mapping[str, str]
    tables: Mapping[str, Sequence[str]]
    configuration: str = ""


MILL = World(policy={"policy": POLICY, "crm": CRM, "shop": SHOP, "mail": MAIL}, tables=TABLES)


def build(
    folder: Path, server: sa.URL | None = None, prefix: str = "mill", world: World = MILL
) -> Path:
    """Make a working folder, its stores in files or as databases of a server."""
    (folder / "policy").mkdir(parents=True)
    for name, text in world.policy.items():
        (folder / "policy" / f"{name}.yaml").write_text(text)
    (folder / "stores").mkdir()
    begin(folder)
    urls = {
        store: sa.make_url(f"sqlite:///{folder / 'stores' / store}.sqlite")
        if server is None
        else database(server, f"{prefix}_{store}")
        for store in world.tables
    }
    for store, statements in world.tables.items():
        engine = sa.create_engine(urls[store])
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()
    written = _configuration(urls, folder) + world.configuration
    (folder / "doelbinding.toml").write_text(written)
    return folder


def _configuration(urls: Mapping[str, sa.URL], folder: Path) -> str:
    lines = ['policy = "policy"\n']
    for store, url in urls.items():
        written = url.render_as_string(hide_password=False)
        written = written.replace(f"{folder}{os.sep}", "")
        lines.append(f'\n[stores.{store}]\nurl = "{written}"\n')
    return "".join(lines)


def database(server: sa.URL, name: str, template: str = "template1") -> sa.URL:
    """Make a database anew on a server; on PostgreSQL from a template."""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    quoted = engine.dialect.identifier_preparer.quote(name)
    force, like = (" WITH (FORCE)", f" TEMPLATE {template}")
    if engine.dialect.name != "postgresql":
        force, like = "", " CHARACTER SET utf8mb4"
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {quoted}{force}"))
        connection.execute(sa.text(f"CREATE DATABASE {quoted}{like}"))
    engine.dispose()
    return server.set(database=name)
