"""Letters tell what may be the person's and was left as it is (Art. 12(1), 16, 18; ADR 0032)."""

# ruff: noqa: RUF001 - French writes a typographic apostrophe

from __future__ import annotations

import pytest
from answer_samples import LETTER, POLICY, case, inventory

from doelbinding.policy.vocabulary import Right
from doelbinding.rights.answer import lifting_letter, rectification_letter, restriction_letter
from doelbinding.rights.correction import Correction
from doelbinding.rights.found import InDoubt

AMBIGUOUS = {
    "nl": "Wij vonden 1 registratie die van u kan zijn, maar ook van iemand anders. {left} Geef "
    "ons iets waaraan wij u kunnen herkennen",
    "en": "We found 1 record that may be yours, but may be somebody else’s. {left} Give us "
    "something by which we can tell that it is you",
    "fr": "Nous avons trouvé 1 enregistrement qui peut vous concerner, mais aussi concerner une "
    "autre personne. {left} Donnez-nous un élément qui permette de vous reconnaître",
}
STRAYS = {
    "nl": "Daarnaast vonden wij 2 registraties die van u kunnen zijn. Van wie die zijn, weten wij "
    "nog niet. {left} Wij zoeken het uit. Blijken die van u te zijn, dan geldt uw verzoek ook "
    "daarvoor.",
    "en": "We also found 2 other records that may be yours. We do not know yet whose they are. "
    "{left} We are looking into it. If they prove to be yours, your request counts for them too.",
    "fr": "Nous avons aussi trouvé 2 autres enregistrements qui peuvent vous concerner. Nous ne "
    "savons pas encore qui ils concernent. {left} Nous cherchons à le savoir. S’ils vous "
    "concernent, votre demande vaudra aussi pour eux.",
}


def corrected(language: str, doubt: InDoubt) -> str:
    email = LETTER.found.place.dataset.column("email")
    wrong = Correction(
        place=LETTER.found.place, column=email, right=("ada@right.example",), rows=(LETTER.found,)
    )
    files = rectification_letter(
        policy=POLICY,
        case=case(language, Right.RECTIFICATION),
        corrections=(wrong,),
        inventory=inventory(LETTER),
        doubt=doubt,
    )
    return " ".join(files["letter.txt"].split())


def restricted(language: str, doubt: InDoubt) -> str:
    files = restriction_letter(
        policy=POLICY,
        case=case(language, Right.RESTRICTION),
        ground="accuracy_contested",
        columns=(),
        inventory=inventory(LETTER),
        doubt=doubt,
    )
    return " ".join(files["letter.txt"].split())


@pytest.mark.parametrize(
    ("language", "left"),
    [
        ("nl", "Daarom hebben wij die niet verbeterd."),
        ("en", "So we have not corrected any of this."),
        ("fr", "Nous n’y avons donc rien rectifié."),
    ],
)
def test_a_letter_of_rectification_tells_what_was_not_corrected(language: str, left: str) -> None:
    text = corrected(language, InDoubt(ambiguous=1, strays=2))
    assert AMBIGUOUS[language].format(left=left) in text
    assert STRAYS[language].format(left=left) in text
    assert left not in corrected(language, InDoubt())


@pytest.mark.parametrize(
    ("language", "left", "everything", "what_is_sure"),
    [
        (
            "nl",
            "Daarom hebben wij het gebruik daarvan niet beperkt.",
            "alle gegevens die Acme B.V. van u heeft.",
            "alle gegevens die Acme B.V. heeft en waarvan vaststaat dat ze van u zijn.",
        ),
        (
            "en",
            "So we have not restricted the use of this.",
            "all the data that Acme B.V. has about you.",
            "all the data that Acme B.V. has and that are certainly yours.",
        ),
        (
            "fr",
            "La limitation ne s’y applique donc pas.",
            "toutes les données que Acme B.V. a sur vous.",
            "toutes les données que Acme B.V. a et qui vous concernent avec certitude.",
        ),
    ],
)
def test_a_letter_of_restriction_tells_what_was_not_restricted(
    language: str, left: str, everything: str, what_is_sure: str
) -> None:
    text = restricted(language, InDoubt(ambiguous=1, strays=2))
    for said in (AMBIGUOUS[language], STRAYS[language], what_is_sure):
        assert said.format(left=left) in text
    assert everything not in text
    plain = restricted(language, InDoubt())
    assert everything in plain
    assert left not in plain


@pytest.mark.parametrize(
    ("language", "what"),
    [
        ("nl", "alle gegevens waarvan wij het gebruik toen hebben beperkt."),
        ("en", "all the data whose use we restricted then."),
        ("fr", "toutes les données dont nous avions alors limité l’utilisation."),
    ],
)
def test_what_is_lifted_is_what_was_restricted_and_no_more(language: str, what: str) -> None:
    files = lifting_letter(
        policy=POLICY,
        case=case(language, Right.RESTRICTION),
        ground="accuracy_contested",
        columns=(),
        reason=None,
    )
    assert what in " ".join(files["lifting.txt"].split())
