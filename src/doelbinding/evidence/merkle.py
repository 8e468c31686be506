"""The Merkle tree of RFC 9162, section 2.1, over SHA-256.

`Frontier` is the tree reduced to what growing needs: the roots of its perfect subtrees, at most one
per bit of the size. Appending a leaf costs O(log n) and a root costs O(log n), so a log of millions
is sealed without reading it again. Proofs are made from leaf hashes, and checked from nothing but
the proof.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from doelbinding.evidence.errors import TreeError

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()  # section 2.1.1: the hash of an empty list


def leaf_hash(data: bytes) -> bytes:
    """Hash a leaf: the 0x00 keeps leaves and nodes apart (section 2.1.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children into their parent (section 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """The roots of the perfect subtrees of a tree of *size* leaves, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count():
            raise TreeError(
                "Merkle frontier: the number of peaks does not fit the size of the tree"
            )
        if any(len(peak) != HASH_BYTES for peak in self.peaks):
            raise TreeError(f"Merkle frontier: every peak is {HASH_BYTES} bytes")

    def extended(self, leaf_hashes: Iterable[bytes]) -> Self:
        """Give the frontier after appending *leaf_hashes* in order."""
        size, peaks = self.size, list(self.peaks)
        for leaf in leaf_hashes:
            root, carry = leaf, size
            while carry & 1:
                root, carry = node_hash(peaks.pop(), root), carry >> 1
            peaks.append(root)
            size += 1
        return type(self)(size=size, peaks=tuple(peaks))

    def root(self) -> bytes:
        """Give the tree head, MTH of section 2.1.1: the peaks folded from the right."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in self.peaks[-2::-1]:
            root = node_hash(peak, root)
        return root


def tree_head(leaf_hashes: Iterable[bytes]) -> bytes:
    """Give MTH of the whole list (section 2.1.1)."""
    return Frontier().extended(leaf_hashes).root()


def inclusion_proof(index: int, leaf_hashes: Sequence[bytes]) -> tuple[bytes, ...]:
    """Give PATH(index, leaves) of section 2.1.3.1, leaf to root."""
    if not 0 <= index < len(leaf_hashes):
        raise TreeError("inclusion proof: the index lies outside the tree; ask for 0 <= index < n")
    path: list[bytes] = []
    start, stop = 0, len(leaf_hashes)
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(tree_head(leaf_hashes[middle:stop]))
            stop = middle
        else:
            path.append(tree_head(leaf_hashes[start:middle]))
            start = middle
    return tuple(reversed(path))


def includes(*, root: bytes, size: int, index: int, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether *proof* shows the leaf hash at *index* under *root* (section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    fn, sn, found = index, size - 1, leaf
    for step in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            found = node_hash(step, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and found == root


def consistency_proof(first: int, leaf_hashes: Sequence[bytes]) -> tuple[bytes, ...]:
    """Give PROOF(first, leaves) of section 2.1.4.1; empty when first is 0 or the whole tree."""
    size = len(leaf_hashes)
    if not 0 <= first <= size:
        raise TreeError("consistency proof: the earlier tree is larger than the tree; ask for less")
    if first in (0, size):
        return ()
    path: list[bytes] = []
    start, stop = 0, size
    while first != stop:
        middle = start + _split(stop - start)
        if first <= middle:
            path.append(tree_head(leaf_hashes[middle:stop]))
            stop = middle
        else:
            path.append(tree_head(leaf_hashes[start:middle]))
            start = middle
    if start:  # b is false in SUBPROOF: the verifier does not know this subtree's head yet
        path.append(tree_head(leaf_hashes[start:stop]))
    return tuple(reversed(path))


def consistent(
    *, first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether *proof* shows the second tree to begin with the first (section 2.1.4.2)."""
    if first == second:
        return first >= 0 and not proof and first_root == second_root
    if first == 0:  # every tree begins with the empty one
        return second > 0 and not proof and first_root == EMPTY_ROOT
    if not 0 < first < second or not proof:
        return False
    path = list(proof)
    if first & (first - 1) == 0:  # the first tree is perfect: its head is the first step
        path.insert(0, first_root)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = path[0]
    for step in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            old, new = node_hash(step, old), node_hash(step, new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node_hash(new, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and old == first_root and new == second_root


def _split(size: int) -> int:
    """Give the largest power of two smaller than *size* (section 2.1.1)."""
    return 1 << (size - 1).bit_length() - 1
