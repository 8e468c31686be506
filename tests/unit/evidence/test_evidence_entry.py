"""R-II.7, GDPR Art. 5(1)(c): evidence says what was done, and holds nobody's data."""

import json
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta, timezone

import pytest
from evidence_samples import HASH, LATER, ONE_OF_EACH, PERSON, START
from hypothesis import given
from hypothesis import strategies as st

from doelbinding.evidence import Entry, EntryKind, instant
from doelbinding.evidence.errors import EvidenceError, NotEvidenceError
from doelbinding.evidence.schema import SCHEMAS

PERSONAL = [
    "Jan Jansen", "jan.jansen@example.org", "Keizersgracht 1, Amsterdam", "+31 6 12345678",
    "NL91ABNA0417164300", "123456782", "bsn-123456782", "85.07.30-033.28", "1985-07-30", "De Vries",
    "jan\njansen", "zoë", "٣٤", "", " ", None, True, 1.5, -1, 2**53, b"jan", [], {}, ["Jan"],
    ["jan@example.org"], {"name": "Jan"}, ["a", "a"], datetime(1985, 7, 30, tzinfo=UTC), [[]],
]  # fmt: skip
LISTS = {
    "languages", "stores", "controllers", "columns", "activities", "findings", "promises",
    "entries", "runs",
}  # fmt: skip


def entry(kind: EntryKind, **data: object) -> Entry:
    return Entry.of(index=3, at=START, kind=kind, data=data)


def test_there_is_a_schema_and_a_sample_for_every_kind():
    assert set(SCHEMAS) == set(ONE_OF_EACH) == set(EntryKind)


@pytest.mark.parametrize("kind", EntryKind)
def test_an_entry_read_back_from_its_leaf_is_the_same_entry(kind: EntryKind):
    written = entry(kind, **ONE_OF_EACH[kind])
    assert Entry.from_leaf(written.leaf()) == written


def test_a_leaf_is_canonical_json_with_the_time_in_utc():
    leaf = entry(EntryKind.STEP_DONE, run="run-1", rows=2, step=0).leaf()
    assert leaf == (
        b'{"at":"2026-10-10T09:30:00.000000Z","data":{"rows":2,"run":"run-1","step":0},'
        b'"index":3,"kind":"step.done"}'
    )


@pytest.mark.parametrize("value", PERSONAL, ids=range(len(PERSONAL)))
def test_personal_data_fits_no_field_of_any_kind(value: object):
    for kind, schema in SCHEMAS.items():
        for name in {**schema.must, **schema.may}:
            if value == [] and name in LISTS:
                continue
            with pytest.raises(NotEvidenceError) as refused:
                entry(kind, **{**ONE_OF_EACH[kind], name: value})
            assert f"{kind}: {name} must be " in str(refused.value)


def test_a_refusal_says_what_to_do_and_never_repeats_the_value():
    with pytest.raises(NotEvidenceError) as refused:
        entry(EntryKind.STOP_SET, **{**ONE_OF_EACH[EntryKind.STOP_SET], "person": "Jan Jansen"})
    assert "Jan" not in str(refused.value)
    assert "stop.set: person must be a commitment" in str(refused.value)
    assert "commit(salt, value)" in str(refused.value)


def test_a_field_that_the_kind_does_not_have_is_refused_without_repeating_its_name():
    with pytest.raises(NotEvidenceError) as refused:
        entry(EntryKind.STEP_DONE, run="run-1", step=0, rows=1, **{"jan.jansen": 1})
    assert "jansen" not in str(refused.value)
    assert "undated" in str(refused.value)


def test_a_missing_field_is_named():
    with pytest.raises(NotEvidenceError, match=r"step\.done: missing rows"):
        entry(EntryKind.STEP_DONE, run="run-1", step=0)


@pytest.mark.parametrize(
    "moment",
    [
        "2026-02-30T00:00:00Z",
        "2026-10-10T09:30:00",
        "2026-10-10T11:30:00+02:00",
        "2026-10-10",
        "now",
    ],
)
def test_an_instant_is_a_real_moment_in_utc(moment: str):
    with pytest.raises(NotEvidenceError, match="due must be an instant in UTC"):
        entry(
            EntryKind.REQUEST_RECEIVED,
            case=PERSON,
            controller="stago-nl",
            right="access",
            due=moment,
        )


def test_instants_are_written_in_utc_whatever_the_zone():
    local = datetime(2026, 10, 10, 11, 30, tzinfo=timezone(timedelta(hours=2)))
    assert instant(local) == "2026-10-10T09:30:00.000000Z"
    with pytest.raises(NotEvidenceError):
        instant(datetime(2026, 10, 10, 11, 30))  # noqa: DTZ001  # the naive time is the point


@pytest.mark.parametrize(
    "at",
    [datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1)))],  # noqa: DTZ001
)
def test_an_entry_without_a_time_in_utc_is_refused(at: datetime):
    with pytest.raises(NotEvidenceError, match="UTC"):
        Entry.of(index=0, at=at, kind=EntryKind.RUN_STARTED, data={"run": "run-1", "plan": HASH})


@pytest.mark.parametrize("index", [-1, True, 2**53, "0"])
def test_an_entry_without_a_place_is_refused(index: int):
    with pytest.raises(NotEvidenceError, match="index"):
        Entry.of(index=index, at=START, kind=EntryKind.RUN_STARTED, data={"run": "r", "plan": HASH})


def test_an_entry_cannot_be_changed_afterwards():
    data: dict[str, object] = dict(ONE_OF_EACH[EntryKind.CONTROL_ASSESSED])
    written = entry(EntryKind.CONTROL_ASSESSED, **data)
    with pytest.raises(FrozenInstanceError):
        written.index = 4  # type: ignore[misc]
    with pytest.raises(TypeError):
        written.data["outcome"] = "broken"  # type: ignore[index]
    with pytest.raises(AttributeError):
        written.data["entries"].append(9)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(":", ": ", 1),
        lambda text: text.replace("000000Z", "000Z"),
        lambda text: text.replace("000000Z", "000000+00:00"),
        lambda text: text.replace("000000Z", "000000"),
        lambda text: text.replace("step.done", "step.dome"),
        lambda text: text.replace('"index":3', '"index":3.0'),
        lambda text: text.replace('"index":3', '"index":3,"index":3'),
        lambda text: text.replace('"index":3', '"index":1' + "0" * 5000),
        lambda text: text.replace('"rows":2', '"rows":NaN'),
        lambda text: text.replace('"rows":2', '"\\ud800":2'),
        lambda text: text.replace('"run-1"', "[" * 100_000),
        lambda text: text.replace("2026", "20٢6"),
        lambda text: text + " ",
        lambda text: text[:-1],
        lambda text: "[]",
        lambda text: "null",
        lambda text: "",
        lambda text: json.dumps({"at": 1, "data": [], "index": 0, "kind": {}}),
        lambda text: json.dumps({"at": 1, "data": {}, "index": 0, "kind": {}}),
    ],
)
def test_bytes_that_are_not_exactly_a_leaf_are_refused(change):
    leaf = entry(EntryKind.STEP_DONE, run="run-1", rows=2, step=0).leaf().decode()
    with pytest.raises(NotEvidenceError):
        Entry.from_leaf(change(leaf).encode())


@given(st.binary() | st.text().map(str.encode))
def test_reading_arbitrary_bytes_gives_an_entry_or_a_refusal(data: bytes):
    with pytest.raises(EvidenceError):
        Entry.from_leaf(data)


@given(
    st.dictionaries(
        st.sampled_from(["run", "step", "rows", "undated", "name"]),
        st.text() | st.integers() | st.floats() | st.none() | st.lists(st.text(max_size=3)),
    )
)
def test_whatever_gets_in_reads_back_as_it_went_in(data: dict[str, object]):
    try:
        written = entry(EntryKind.STEP_DONE, **data)
    except NotEvidenceError:
        return
    assert Entry.from_leaf(written.leaf()) == written


def test_a_due_date_is_kept_as_given():
    received = entry(EntryKind.REQUEST_RECEIVED, **ONE_OF_EACH[EntryKind.REQUEST_RECEIVED])
    assert received.data["due"] == LATER
