"""R-II.7: the log cannot be changed unnoticed (RFC 9162 section 2.1, Certificate Transparency)."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doelbinding.evidence.errors import TreeError
from doelbinding.evidence.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    consistent,
    includes,
    inclusion_proof,
    leaf_hash,
    node_hash,
    tree_head,
)

LEAVES = [
    leaf_hash(bytes.fromhex(leaf))
    for leaf in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip

HEADS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

PATHS = {
    0: [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    5: [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}

CONSISTENCY = {
    (1, 1): [],
    (2, 8): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}

hashes = st.binary(min_size=32, max_size=32)


def numbered(size: int) -> list[bytes]:
    return [leaf_hash(str(index).encode()) for index in range(size)]


def plain_head(leaves: list[bytes]) -> bytes:
    """MTH of section 2.1.1, word for word: the second opinion on the frontier."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(plain_head(leaves[:split]), plain_head(leaves[split:]))


@pytest.mark.parametrize("size", range(9))
def test_tree_heads_are_those_of_certificate_transparency(size: int):
    assert tree_head(LEAVES[:size]).hex() == HEADS[size]


@pytest.mark.parametrize("index", PATHS)
def test_inclusion_proofs_are_those_of_certificate_transparency(index: int):
    assert [step.hex() for step in inclusion_proof(index, LEAVES)] == PATHS[index]


@pytest.mark.parametrize(("first", "second"), CONSISTENCY)
def test_consistency_proofs_are_those_of_certificate_transparency(first: int, second: int):
    proof = consistency_proof(first, LEAVES[:second])
    assert [step.hex() for step in proof] == CONSISTENCY[first, second]


@given(st.integers(0, 200), st.integers(0, 200))
def test_growing_a_log_gives_the_same_root_as_reading_it_whole(first: int, more: int):
    leaves = numbered(first + more)
    grown = Frontier().extended(leaves[:first]).extended(leaves[first:])
    assert grown.root() == plain_head(leaves)
    assert len(grown.peaks) <= grown.size.bit_length()


@given(st.data(), st.integers(1, 130))
def test_every_inclusion_proof_verifies(data: st.DataObject, size: int):
    leaves, index = numbered(size), data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, leaves)
    root = tree_head(leaves)
    assert includes(root=root, size=size, index=index, leaf=leaves[index], proof=proof)


@given(st.data(), st.integers(2, 130))
def test_no_inclusion_proof_verifies_for_anything_else(data: st.DataObject, size: int):
    leaves, index = numbered(size), data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(index, leaves), tree_head(leaves)
    other = data.draw(st.integers(-1, size + 1).filter(lambda place: place != index))
    step = data.draw(st.integers(0, len(proof) - 1))
    broken = (*proof[:step], leaf_hash(proof[step]), *proof[step + 1 :])
    right = {"root": root, "size": size, "index": index, "leaf": leaves[index], "proof": proof}
    for wrong in (
        {"index": other}, {"leaf": leaf_hash(b"x")}, {"root": EMPTY_ROOT}, {"proof": broken},
        {"proof": proof[:-1]}, {"proof": (*proof, EMPTY_ROOT)}, {"proof": ()},
    ):  # fmt: skip
        assert not includes(**{**right, **wrong})


@given(st.data(), st.integers(0, 130))
def test_every_consistency_proof_verifies(data: st.DataObject, second: int):
    leaves, first = numbered(second), data.draw(st.integers(0, second))
    assert consistent(
        first=first,
        first_root=tree_head(leaves[:first]),
        second=second,
        second_root=tree_head(leaves),
        proof=consistency_proof(first, leaves),
    )


@given(st.data(), st.integers(1, 130))
def test_no_consistency_proof_verifies_for_a_rewritten_past(data: st.DataObject, second: int):
    leaves, first = numbered(second), data.draw(st.integers(1, second))
    changed = data.draw(st.integers(0, first - 1))
    rewritten = [*leaves[:changed], leaf_hash(b"x"), *leaves[changed + 1 :]]
    for proof in (consistency_proof(first, rewritten), consistency_proof(first, leaves), ()):
        assert not consistent(
            first=first,
            first_root=tree_head(leaves[:first]),
            second=second,
            second_root=tree_head(rewritten),
            proof=proof,
        )


@given(st.integers(-3, 20), st.integers(-3, 20), hashes, hashes, st.lists(hashes, max_size=6))
def test_invented_consistency_proofs_are_refused(
    first: int, second: int, old: bytes, new: bytes, proof: list[bytes]
):
    shown = consistent(first=first, first_root=old, second=second, second_root=new, proof=proof)
    assert not shown or (first == second and old == new)


@given(st.integers(-3, 20), st.integers(-3, 20), hashes, hashes, st.lists(hashes, max_size=6))
def test_invented_inclusion_proofs_are_refused(
    index: int, size: int, root: bytes, leaf: bytes, proof: list[bytes]
):
    shown = includes(root=root, size=size, index=index, leaf=leaf, proof=proof)
    assert not shown or (size == 1 and root == leaf)


def test_questions_outside_the_tree_are_refused():
    for ask in (
        lambda: inclusion_proof(8, LEAVES),
        lambda: inclusion_proof(-1, LEAVES),
        lambda: consistency_proof(9, LEAVES),
        lambda: Frontier(size=3, peaks=(LEAVES[0],)),
        lambda: Frontier(size=1, peaks=(b"short",)),
    ):
        with pytest.raises(TreeError):
            ask()
