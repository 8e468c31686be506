"""Every mistake is found at its file and line, with what to write instead (issue 2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from doelbinding.policy.errors import PolicyErrors
from doelbinding.policy.load import load

ORG, ACT, CRM = "organisation.yaml", "activities.yaml", "stores/crm.yaml"
STATES = "        states:\n          invoice.paid:"
ROWS = "        row_states:\n          "
ON = "dataset: address, on: {ID: ADRES_ID}"
NAAM, EINDE = "{name: NAAM, category: contact", "{name: EINDE, type: date, category: contact"
ABOVE, WRONG = "{column: ID, at_least: 1}", "{column: IDD, at_least: 1}"

# name: file, what stands there, what is written instead, lines further down, message, remedy
SHAPES = {
    "unknown-key": (CRM, "kept_by:", "keptby:", 0, "`keptby` is not known", "`kept_by`"),
    "unknown-key-in-condition": (
        CRM, "prospect: {not: {column: SOORT, in:", "prospect: {not: {column: SOORT, inn:", 0,
        "`inn` is not known", "`in`",
    ),
    "unknown-top-level-key": (ORG, "measures:", "mesures:", 0, "`mesures`", "`measures`"),
    "key-with-underscore": (CRM, "schema: dbo", "schema_: dbo", 0, "`schema_`", "`schema`"),
    "merge-key": (ORG, "    kind: processor", "    <<: {kind: processor}", 0, "merge keys",
                  "Write the keys out"),
    "missing-key": (CRM, "table: FACTUUR", "source_: x", -2, "`table` is missing", "Add `table"),
    "text-is-a-list": (ORG, "group: Windvaan", "group: [Windvaan]", 0, "not text", "Write text"),
    "empty": (ORG, "group: Windvaan", "group:", 0, "nothing is written", "Write text"),
    "list-is-text": (CRM, "key: [ID]", "key: ID", 0, '"ID" is not a list', "Write a list"),
    "top-level-not-a-list": (
        ORG, "measures:\n  - id: access-by-role", "measures:\n    id: access-by-role", 0,
        "a mapping is not a list", "Write a list",
    ),
    "mapping-is-text": (ORG, "court: {nl: Rechtbank Amsterdam, en: District Court of Amsterdam}",
                        "court: Rechtbank", 0, "not a mapping", "Write a mapping"),
    "not-a-boolean": (CRM, "person: true", "person: yes", 0, '"yes" is not true', "true or false"),
    "not-a-date": (ORG, "decided_on: 2023-12-01", "decided_on: 1 Dec 2023", 0, "not a date",
                   "2024-01-31"),
    "impossible-date": (ORG, "decided_on: 2023-12-01", "decided_on: 2023-02-30", 0, "not a date",
                        "2024-01-31"),
    "number-is-no-date": (ORG, "decided_on: 2023-12-01", "decided_on: 20231201", 0, "not a date",
                          "2024-01-31"),
    "bad-word": (ACT, "kind: contract}", "kind: agreement}", 0, "one of the words",
                 "`legal-obligation`"),
    "bad-rule": (ACT, "after last.contact keep P3Y", "3 years after last contact", 0,
                 "is not a retention rule", "Write `after EVENT keep PERIOD`"),
    "bad-duration-in-rule": (ACT, "keep P3Y", "keep 3Y", 0, "'3Y' is not a period", "P5Y"),
    "bad-duration": (CRM, "backups: P30D", "backups: 30 days", 0, "is not a period", "P30D"),
    "two-tests": (
        CRM, "{column: BETAALD, equals: true}", "{column: BETAALD, equals: true, null: true}", 0,
        "exactly one test", "combine",
    ),
    "two-ways": (CRM, "subject: {to: contact,", "subject: {to: contact, shared_by: address,", 0,
                 "exactly one of `to` and `shared_by`", "Keep one"),
    "no-event": (CRM, "invoice.date: {column: DATUM}", "invoice.date: {}", 0,
                 "exactly one of `column` and `latest_of`", "Keep one"),
    "open-in-the-latest-of": (
        CRM, "invoice.date: {column: DATUM}",
        "invoice.date: {latest_of: [{column: DATUM}], ongoing_if_null: true}", 0,
        "a term `while STATE`, told by `row_states`", "Leave `ongoing_if_null` out",
    ),
    "duplicate-key": (CRM, "    kept_by: hosting", "    country: NL", 0, "stands here twice",
                      "Keep one"),
    "complex-key": (CRM, "    kept_by: hosting", "    ? [a]\n    : b", 0, "key must be a word",
                    "key: value"),
    "tag": (ORG, "group: Windvaan", "group: !!python/name:os.system", 0, "tag", "Leave the tag"),
    "controller-mapping": (CRM, "values: {NL:", "valus: {NL:", 0, "`valus`", "`values`"),
    "two-endings": (CRM, EINDE, EINDE + ", ends_as: {generalise: year, band: 10}", 0,
                    "exactly one of `generalise`", "combine none"),
    "no-ending": (CRM, EINDE, EINDE + ", ends_as: {test: x}", 0, "exactly one of `generalise`",
                  "combine none"),
    "ending-of-nothing": (CRM, NAAM, NAAM + ", ends_as: {keep_first: 0}", 0, "1 or more",
                          "greater number"),
    "ending-word": (CRM, EINDE, EINDE + ", ends_as: {generalise: week}", 0, "one of the words",
                    "`month`"),
    "no-path": (CRM, NAAM, NAAM + ", inside: {column: LAND, path: a.b}", 0, "is not a path",
                "$.contact.email"),
}  # fmt: skip

REFERENCES = {
    "ending-type": (CRM, NAAM, NAAM + ", ends_as: {generalise: year}", 0, "`generalise` is for",
                    "right `type`"),
    "ending-key": (CRM, NAAM, NAAM + ", ends_as: {pseudonym: visits}", 0, "no pseudonym key",
                   "declare it first"),
    "ending-test": (CRM, NAAM, NAAM + ", ends_as: {strip: text, test: x}", 0,
                    "no anonymiser test", "declare it first"),
    "inside-no-document": (CRM, NAAM, NAAM + ", inside: {column: LAND, path: $.a}", 0, "not json",
                           "`type: json`"),
    "inside-unknown": (CRM, NAAM, NAAM + ", inside: {column: LANDD, path: $.a}", 0, "no column",
                       "`LAND`"),
    "file-that-ends-otherwise": (
        CRM, NAAM, NAAM + ", file_in: photos, ends_as: {keep_first: 2}", 0, "names a file",
        "Take `ends_as`",
    ),
    "duplicate-controller": (ORG, "id: windvaan-no", "id: windvaan-nl", 0,
                             "there is another", "own"),
    "duplicate-activity": (ACT, "id: newsletter", "id: invoicing", 0, "there is another", "own"),
    "duplicate-purpose": (ACT, "{id: news,", "{id: service,", 0, "there is another", "own"),
    "duplicate-phase": (ACT, "- id: archive", "- id: active", 0, "there is another", "own"),
    "duplicate-dataset": (CRM, "- id: address", "- id: invoice", 0, "there is another", "own"),
    "duplicate-column": (CRM, "{name: STRAAT,", "{name: ID,", 0, "there is another", "own"),
    "not-a-slug": (CRM, "id: crm", "id: Crm Stago", 0, "not an id", "`crm-stago`"),
    "country": (ORG, "country: SE", "country: Zweden", 0, "not a country", "`NL`"),
    "country-lower": (ORG, "country: SE", "country: se", 0, "not a country", "`SE`"),
    "country-uk": (ORG, "country: SE", "country: UK", 0, "not a country", "`GB`"),
    "term-country": (ACT, "countries: [NL]", "countries: [Nederland]", 0, "not a country", "`NL`"),
    "timezone": (ORG, "Europe/Oslo", "Europe/Olso", 0, "time zone", "`Europe/Oslo`"),
    "timezone-folder": (ORG, "Europe/Oslo", "Europe", 0, "time zone", "`Europe/"),
    "financial-year": (ORG, "end: 06-30", "end: 06-31", 0, "not a day of the year", "`12-31`"),
    "language": (ORG, "languages: [en]", "languages: [english]", 0, "not a language", "`nl`"),
    "text-language": (ORG, "{nl: hosting, en:", "{nl: hosting, eng lish:", 0, "not a language",
                      "`nl`"),
    "deviation-activity": (ORG, "- activity: newsletter", "- activity: newsleter", 0,
                           "no activity 'newsleter'", "`newsletter`"),
    "deviation-phase": (ORG, "archive:", "archived:", 0, "no phase of invoicing", "`archive`"),
    "client-measure": (ORG, "security: [access-by-role]", "security: [acces]", 0, "no measure",
                       "`access-by-role`"),
    "client-category": (ORG, "categories: [contact]", "categories: [contacts]", 0,
                        "no data category", "`contact`"),
    "recipient-controller": (ORG, "controllers: [windvaan-nl]", "controllers: [windvaan]", 0,
                             "no controller", "`windvaan-n"),
    "recipient-receives": (ORG, "receives: [contact]", "receives: [contacts]", 0,
                           "no data category", "`contact`"),
    "recipient-transfer": (ORG, "transfer: mailer-us", "transfer: mailer", 0, "no transfer",
                           "`mailer-us`"),
    "promise-control": (ORG, "controls: [retention]", "controls: [retain]", 0, "no control",
                        "`retention`"),
    "activity-person": (ACT, "persons: [customer, prospect]", "persons: [customer, lead]", 0,
                        "no person category 'lead'", "`customer`"),
    "activity-data": (ACT, "data: [contact]", "data: [contakt]", 0, "no data category",
                      "`contact`"),
    "activity-recipient": (ACT, "recipients: [mailer]", "recipients: [mail]", 0, "no recipient",
                           "`mailer`"),
    "activity-security": (ACT, "security: [access-by-role]", "security: [locks]", 0, "no measure",
                          "`access-by-role`"),
    "activity-controller": (ACT, "controllers: [windvaan-nl]", "controllers: [windvan-nl]", 0,
                            "no controller", "`windvaan-nl`"),
    "phase-purpose": (ACT, "purpose: accounts", "purpose: news", 0,
                      "no purpose of invoicing 'news'", "`accounts`"),
    "phase-uses": (ACT, "uses: [invoices, accounts]", "uses: [invoices, selling]", 0,
                   "no purpose 'selling'", "`invoices`"),
    "term-person": (ACT, "persons: [prospect]}", "persons: [prospekt]}", 0, "no person category",
                    "`prospect`"),
    "store-kept-by": (CRM, "kept_by: hosting", "kept_by: host", 0, "no recipient", "`hosting`"),
    "store-transfer": (CRM, "kept_by: hosting", "transfer: mailer", 0, "no transfer",
                       "`mailer-us`"),
    "store-security": (CRM, "security: [access-by-role]", "security: [x]", 0, "no measure",
                       "`access-by-role`"),
    "key-column": (CRM, "key: [ID]", "key: [ADRES_ID]", 0, "no column of address", "`ID`"),
    "empty-key": (CRM, "key: [ID]", "key: []", 0, "no column", "primary key"),
    "collected": (CRM, "collected: AANGEMAAKT", "collected: AANGEMAKT", 0, "no column",
                  "`AANGEMAAKT`"),
    "collected-type": (CRM, "collected: AANGEMAAKT", "collected: NAAM", 0, "dates nothing",
                       "type of time"),
    "controller-column": (CRM, "column: LAND", "column: LANDEN", 0, "no column", "`LAND`"),
    "controller-value": (CRM, "NO: windvaan-no}", "NO: windvaan-se}", 0, "no controller",
                         "`windvaan-n"),
    "column-category": (CRM, "category: financial}", "category: money}", 0, "no data category",
                        "`contact`"),
    "replace-with": (CRM, "{name: BEDRAG, type: decimal,",
                     "{name: BEDRAG, type: decimal, replace_with: none,", 0, "cannot stand",
                     "Write a number"),
    "earliest-after-latest": (CRM, "earliest: 1990-01-01", "earliest: 2200-01-01", 0,
                              "is after `latest`", "Exchange"),
    "subject-dataset": (CRM, "{to: contact,", "{to: contacts,", 0, "no dataset of crm",
                        "`contact`"),
    "subject-shared-by": (CRM, "{shared_by: invoice,", "{shared_by: invoices,", 0,
                          "no dataset of crm", "`invoice`"),
    "subject-columns": (CRM, "columns: [CONTACT_NR]", "columns: [CONTACT]", 0,
                        "no column of invoice", "`CONTACT_NR`"),
    "subject-their-columns": (CRM, "columns: [ADRES_ID]", "columns: [ID]", 0,
                              "no column of invoice", "`ADRES_ID`"),
    "subject-references": (CRM, "columns: [ADRES_ID]", "columns: [ADRES_ID], references: [NR]", 0,
                           "no column of address", "`ID`"),
    "subject-pairs": (CRM, "columns: [CONTACT_NR]", "columns: [CONTACT_NR, JAAR]", 0,
                      "2 columns cannot pair with 1 of contact (NR)", "one column of invoice"),
    "subject-when": (CRM, "{to: contact, columns: [CONTACT_NR]}",
                     "{to: contact, columns: [CONTACT_NR], when: {column: SOORT, equals: K}}", 0,
                     "no column of invoice 'SOORT'", "`VOLGNR`"),
    "subjects-and-subject": (CRM, "subject: {to: contact, columns: [CONTACT_NR]}",
                             ("subject: {to: contact, columns: [CONTACT_NR]}\n"
                             "        subjects: [{to: contact, columns: [CONTACT_NR]}]"), None,
                             "`subject` (one path) or `subjects` (several)", ""),
    "subjects-dataset": (CRM, "subject: {to: contact, columns: [CONTACT_NR]}",
                         ("subjects: [{to: contact, columns: [CONTACT_NR]}, {to: supplier, "
                         "columns: [ADRES_ID]}]"), 0, "no dataset of crm 'supplier'", ""),
    "through-another": (CRM, "phases: [archive], columns: [STRAAT]",
                        "phases: [archive], columns: [STRAAT], through: [invoices]", 0,
                        "no path of address by 'invoices'", "`invoice`"),
    "through-one-row": (CRM, "- {activity: invoicing, columns: [\"*\"]}",
                        "- {activity: invoicing, columns: [\"*\"], through: [contact]}", 0,
                        "rows of invoice lead to one row of contact each", "Leave `through` out"),
    "through-people": (CRM, "- {activity: customer-relations, columns: [\"*\"]}",
                       "- {activity: customer-relations, columns: [\"*\"], through: [invoice]}", 0,
                       "rows of contact are people themselves", "Leave `through` out"),
    "shared-persons": (CRM, "subject: {shared_by: invoice, columns: [ADRES_ID]}",
                       ("persons: {customer: {column: STRAAT, equals: x}}\n"
                       "        subject: {shared_by: invoice, columns: [ADRES_ID]}"), 0,
                       "told by the people", "on their dataset"),
    "reference-dataset": (CRM, "subject: {to: contact, columns: [CONTACT_NR]}",
                          ("subject: {to: contact, columns: [CONTACT_NR]}\n"
                          "        references: [{to: contract, columns: [ADRES_ID]}]"), 1,
                          "no dataset of crm 'contract'", "`contact`"),
    "reference-in-key": (CRM, "subject: {to: contact, columns: [CONTACT_NR]}",
                         ("subject: {to: contact, columns: [CONTACT_NR]}\n        references: "
                         "[{to: address, columns: [VOLGNR], when_gone: empty}]"), 1,
                         "part of the key", "`when_gone: keep`"),
    "reference-to-itself": (CRM, "person: true",
                            ("person: true\n"
                            "        references: [{to: contact, columns: [NR]}]"), 1,
                            "their own dataset", "`when_gone: empty`"),
    "needs-in-a-circle": (CRM, "person: true",
                          "person: true\n        references: [{to: invoice, columns: [NR, NR]}]",
                          None, "rows need each other in a circle", "`when_gone: empty`"),
    "elsewhere-store": (CRM, "- {column: DATUM, dataset: invoice, on: {CONTACT_NR: NR}}",
                        "- {column: DATUM, store: erp, dataset: invoice, on: {CONTACT_NR: NR}}",
                        0, "no store 'erp'", "`crm`"),
    "elsewhere-nothing": (CRM, "- {column: AANGEMAAKT}", "- {column: AANGEMAAKT, store: crm2}",
                          0, "no store 'crm2'", "`crm`"),
    "null-values": (CRM, "{name: EINDE, type: date,",
                    "{name: EINDE, type: date, null_values: [never],", 0, "cannot stand",
                    "2024-01-31"),
    "person-and-subject": (CRM, "subject: {to: contact,",
                           "person: true\n        subject: {to: contact,",
                           1, "the person itself", "Keep one"),
    "event-column": (CRM, "relation.ended: {column: EINDE", "relation.ended: {column: EIND", 0,
                     "no column", "`EINDE`"),
    "event-type": (CRM, "invoice.date: {column: DATUM}", "invoice.date: {column: BEDRAG}", 0,
                   "is decimal, which dates nothing", "type of time"),
    "event-name": (CRM, "invoice.date: {column", "Invoice Date: {column", 0, "no rule can name",
                   "lower-case"),
    "event-dataset": (CRM, "dataset: invoice, on:", "dataset: invoices, on:", 0, "no dataset",
                      "`invoice`"),
    "event-on-there": (CRM, "on: {CONTACT_NR: NR}", "on: {CONTACT: NR}", 0,
                       "no column of invoice", "`CONTACT_NR`"),
    "event-on-here": (CRM, "on: {CONTACT_NR: NR}", "on: {CONTACT_NR: N}", 0,
                      "no column of contact", "`NR`"),
    "event-on-alone": (CRM, "- {column: AANGEMAAKT}", "- {column: AANGEMAAKT, on: {NR: NR}}", 0,
                       "none is named", "Name the `dataset`"),
    "event-unrelated": (CRM, "dataset: invoice, on: {CONTACT_NR: NR}", "dataset: address", 0,
                        "do not refer to contact", "`on:"),
    "event-other-column": (CRM, "- {column: DATUM, dataset: invoice,",
                           "- {column: BEDRAG, dataset: invoice,", 0, "dates nothing", "time"),
    "state-column": (CRM, "invoice.paid: {column: BETAALD,", "invoice.paid: {column: BETALD,", 0,
                     "no column", "`BETAALD`"),
    "state-twice": (
        CRM, STATES,
        f"{ROWS}invoice.paid: {{{ON}, any: {ABOVE}}}\n{STATES}", 1,
        "also stands in `states`", "Keep one",
    ),
    "row-state-column": (
        CRM, STATES,
        f"{ROWS}order.open: {{{ON}, every: {WRONG}}}\n{STATES}", 1,
        "no column of address", "`ID`",
    ),
    "row-state-unrelated": (
        CRM, STATES,
        f"{ROWS}order.open: {{dataset: address, every: {ABOVE}}}\n{STATES}", 1,
        "do not refer to invoice", "`on:",
    ),
    "person-unknown": (CRM, "customer: {column: SOORT", "client: {column: SOORT", 0,
                       "no person category", "`customer`"),
    "person-column": (CRM, "customer: {column: SOORT", "customer: {column: SOOR", 0, "no column",
                      "`SOORT`"),
    "binding-activity": (CRM, "activity: newsletter", "activity: newsleter", 0,
                         "no activity 'newsleter'", "`newsletter`"),
    "binding-phase": (CRM, "phases: [archive]", "phases: [archived]", 0, "no phase of invoicing",
                      "`archive`"),
    "binding-column": (CRM, "columns: [STRAAT]", "columns: [STRAT]", 0, "no column of address",
                       "`STRAAT`"),
    "binding-nothing": (CRM, "{name: STRAAT, category: contact}", "{name: STRAAT}", None,
                        "all personal columns, and there are none", "`category`"),
    "binding-when": (CRM, "when: {column: NIEUWSBRIEF, equals: true}",
                     "when: {column: NIEUWSBRIEF, equals: 1}", 0,
                     "1 cannot stand in the column 'NIEUWSBRIEF', which is boolean",
                     "true or false"),
    "text-operand": (CRM, "customer: {column: SOORT, in: [K, KLANT]}",
                     "customer: {column: SOORT, in: [K, 1]}", 0, "1 cannot stand", "quotes"),
    "integer-operand": (CRM, "{column: NR, at_least: 9000}", '{column: NR, at_least: "9000"}', 0,
                        "cannot stand", "without quotes"),
    "date-operand": (CRM, "{column: NR, at_least: 9000}", "{column: EINDE, at_least: 2024-1-1}", 0,
                     "cannot stand", "2024-01-31"),
    "time-operand": (CRM, "{column: NR, at_least: 9000}", "{column: AANGEMAAKT, at_least: ooit}",
                     0, "cannot stand", "2024-01-31T09:00:00"),
    "text-order": (CRM, "{column: NR, at_least: 9000}", "{column: NAAM, at_least: M}", 0,
                   "has no order here", "`equals`"),
    "prohibition-column": (CRM, "- columns: [EMAIL]", "- columns: [MAIL]", 0, "no column",
                           "`EMAIL`"),
    "rule-event": (CRM, "invoice.date: {column: DATUM}", "invoice.dated: {column: DATUM}", None,
                   "needs the event 'invoice.date', which is not on invoice → contact",
                   "`invoice.dated`"),
    "rule-state": (CRM, "invoice.paid: {column", "invoice.settled: {column", None,
                   "needs the state 'invoice.paid'", "`states`"),
}  # fmt: skip


@pytest.mark.parametrize("name", [*SHAPES, *REFERENCES])
def test_a_mistake_is_found_at_its_line(folder: Path, rewrite, name: str) -> None:
    file, old, new, further, message, remedy = (SHAPES | REFERENCES)[name]
    if name == "binding-nothing":
        rewrite(CRM, "columns: [STRAAT]", 'columns: ["*"]')
    line = rewrite(file, old, new)
    with pytest.raises(PolicyErrors) as caught:
        load(folder)
    fitting = [e for e in caught.value.errors if message in e.message and remedy in e.remedy]
    assert fitting, str(caught.value)
    assert str(fitting[0].file) == str(folder / file)
    if further is not None:
        assert fitting[0].line == line + further, str(fitting[0])
    assert fitting[0].where or not fitting[0].path


def test_a_path_to_a_person_that_runs_in_a_circle(folder: Path, rewrite) -> None:
    line = rewrite(CRM, "person: true", "subject: {to: invoice, columns: [NR, NR]}")
    with pytest.raises(PolicyErrors) as caught:
        load(folder)
    circles = [e for e in caught.value.errors if "in a circle" in e.message]
    assert circles[0].line == line
    assert "contact → invoice → contact" in circles[0].message
    assert len(circles) == 2


def test_rows_dated_by_what_they_share_are_told_to_bear_the_date(folder: Path, rewrite) -> None:
    """To empty their reference there would leave them undated (R-II.5)."""
    shared = "{latest_of: [{dataset: address, column: SINCE, on: {ID: ADRES_ID}}]}"
    rewrite(CRM, "invoice.date: {column: DATUM}", f"invoice.date: {shared}")
    rewrite(
        CRM, "{name: ID, type: integer}", "{name: ID, type: integer}\n          - {name: SINCE}"
    )
    with pytest.raises(PolicyErrors) as caught:
        load(folder)
    (circle,) = (e for e in caught.value.errors if "in a circle" in e.message)
    assert "address → invoice" in circle.message
    assert "'invoice.date' of invoice by a column of its own table" in circle.remedy
    assert "when_gone" not in circle.remedy


def test_rules_are_asked_only_of_the_rows_that_can_have_them(folder: Path, rewrite) -> None:
    """A term for prospects needs no event where the dataset knows customers alone (R-VI.2)."""
    rewrite(CRM, "prospect: {not: {column: SOORT, in: [K, KLANT]}}", "")
    rewrite(CRM, "last.contact:", "first.contact:")
    load(folder)


def test_a_term_for_some_people_needs_to_know_who_they_are(folder: Path, rewrite) -> None:
    rewrite(CRM, "        persons:\n", "")
    rewrite(CRM, "          customer: {column: SOORT, in: [K, KLANT]}\n", "")
    rewrite(CRM, "          prospect: {not: {column: SOORT, in: [K, KLANT]}}\n", "")
    with pytest.raises(PolicyErrors, match="says which rows those are"):
        load(folder)


def test_the_rule_of_a_binding_is_answered_on_the_paths_it_goes_by(folder: Path, rewrite) -> None:
    """The invoice's date says nothing of whoever a letter went to (R-II.5)."""
    subject = "subject: {shared_by: invoice, columns: [ADRES_ID]}"
    both = "subjects: [{shared_by: invoice, columns: [ADRES_ID]}, {to: contact, columns: [ID]}]"
    rewrite(CRM, subject, both)
    load(folder)
    bound = "phases: [archive], columns: [STRAAT]"
    rewrite(CRM, bound, f"{bound}, through: [contact]")
    with pytest.raises(PolicyErrors, match=r"'invoice\.date', which is not on address → contact"):
        load(folder)
    rewrite(CRM, "through: [contact]", "through: [invoice]")
    load(folder)


def test_the_rule_of_a_shared_row_is_answered_by_itself_first(folder: Path, rewrite) -> None:
    rewrite(CRM, "key: [ID]", "key: [ID]\n        events: {invoice.date: {column: ID}}")
    rewrite(CRM, "{name: ID, type: integer}", "{name: ID, type: date}")
    rewrite(CRM, "invoice.date: {column: DATUM}", "invoice.sent: {column: DATUM}")
    with pytest.raises(PolicyErrors, match="which is not on invoice → contact") as caught:
        load(folder)
    assert "not on address" not in str(caught.value)
