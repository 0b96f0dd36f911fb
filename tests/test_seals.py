"""A commitment binds a value without showing it."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evledger.codec import canonical
from evledger.exceptions import Invalid
from evledger.seals import SALT_BYTES, Hidden, Opening, commit, new_salt

salts = st.binary(min_size=SALT_BYTES, max_size=SALT_BYTES)
values = st.text(st.characters(codec="utf-8")) | st.booleans() | st.lists(st.text("ab"), max_size=3)


@given(salts, st.binary())
def test_commitment_is_hmac(salt: bytes, value: bytes) -> None:
    """A commitment is HMAC-SHA-256 of the value under the salt, in hexadecimal."""
    assert commit(salt, value) == hmac.new(salt, value, hashlib.sha256).hexdigest()


@given(salts, st.binary())
def test_opening_fits_its_commitment(salt: bytes, value: bytes) -> None:
    """An opening fits the commitment that was made of it."""
    assert Opening(1, "quote", salt, value).fits(commit(salt, value))


@given(salts, st.binary(min_size=1), st.data())
def test_changed_opening_does_not_fit(salt: bytes, value: bytes, data: st.DataObject) -> None:
    """With one bit of salt or value changed, an opening fits no more."""
    text = bytearray(salt + value)
    bit = data.draw(st.integers(0, 8 * len(text) - 1))
    text[bit // 8] ^= 1 << bit % 8
    changed = Opening(1, "quote", bytes(text[:SALT_BYTES]), bytes(text[SALT_BYTES:]))
    assert not changed.fits(commit(salt, value))


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_salt_of_another_length_fits_nothing(length: int) -> None:
    """A salt that is not 32 bytes fits not even its own HMAC.

    HMAC pads short keys with zeros, so a salt that ends in zeros would have a shorter twin.
    """
    salt = bytes(length)
    assert not Opening(1, "quote", salt, b"x").fits(commit(salt, b"x"))


def test_commitment_of_another_form_does_not_fit() -> None:
    """What is no commitment at all is not fitted, and raises nothing."""
    assert not Opening(1, "quote", bytes(SALT_BYTES), b"x").fits("")


@given(values)
def test_value_of_an_opening(value: object) -> None:
    """What was committed to gives the value back, for its own type and field."""
    opening = Opening(1, "quote", bytes(SALT_BYTES), canonical(["claim-tagged", "quote", value]))
    assert opening.value_for("claim-tagged") == value
    with pytest.raises(Invalid, match="opening of quote of record 1 is not of this type and field"):
        opening.value_for("claim-amended")


@pytest.mark.parametrize(
    "committed",
    [
        b"",
        b"quote",
        b"{}",
        b'["claim-tagged","quote"]',
        b'["claim-tagged","quote","x","y"]',
        b'["claim-tagged","text","x"]',
        b'["claim-tagged", "quote","x"]',
        b'["claim-tagged","quote",null]',
    ],
)
def test_opening_of_something_else(committed: bytes) -> None:
    """What is of another form, or not canonical, opens nothing."""
    with pytest.raises(Invalid):
        Opening(1, "quote", bytes(SALT_BYTES), committed).value_for("claim-tagged")


def test_salts_are_fresh() -> None:
    """Each salt is 32 bytes, and none comes twice."""
    salts = [new_salt() for _ in range(100)]
    assert ({len(salt) for salt in salts}, len(set(salts))) == ({SALT_BYTES}, 100)


def test_hidden_values_read_as_words() -> None:
    """What stands in place of a hidden value says why it is hidden."""
    assert [str(hidden) for hidden in Hidden] == ["[erased]", "[withheld]"]
