"""A value behaves as a frozen, slotted dataclass does."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from typing import Any, Generic, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshwright.model.value import value

P = TypeVar("P")


def sale(made: Callable[[type[Any]], type[Any]]) -> type[Any]:
    class Sale:
        """A sale."""

        number: int
        buyer: str | None = None
        lines: list[str] = field(default_factory=list)
        at: str = field(default="", compare=False)
        secret: str = field(default="", repr=False, hash=False)

        def __post_init__(self) -> None:
            if self.number < 0:
                raise ValueError("a sale has a number")

    return made(Sale)


OURS, THEIRS = sale(value(order=True)), sale(dataclass(frozen=True, slots=True, order=True))
sales = st.tuples(st.integers(0, 2), st.sampled_from("ab"), st.just(()), st.sampled_from("ab"), st.sampled_from("ab"))


@given(sales, sales)
def test_values_are_compared_hashed_and_shown_as_dataclasses_are(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    def told(kind: type[Any]) -> tuple[object, ...]:
        a, b = kind(*one), kind(*other)
        return a == b, a != b, a < b, a <= b, a > b, a >= b, hash(a) == hash(b), repr(a), replace(a, buyer="c") == b

    assert told(OURS) == told(THEIRS)


@pytest.mark.parametrize("kind", [OURS, THEIRS], ids=["a value", "a dataclass"])
class TestEachKind:
    def test_defaults_stand_for_what_is_not_given(self, kind: type[Any]) -> None:
        made = kind(1)
        assert (made.number, made.buyer, made.lines, made.at) == (1, None, [], "")
        assert kind(1).lines is not made.lines

    def test_nothing_of_it_is_ever_changed(self, kind: type[Any]) -> None:
        made = kind(1)
        with pytest.raises(FrozenInstanceError, match="cannot assign to field 'number'"):
            made.number = 2
        with pytest.raises(FrozenInstanceError, match="cannot delete field 'number'"):
            del made.number
        assert made.number == 1

    def test_what_it_cannot_be_made_of_is_refused(self, kind: type[Any]) -> None:
        with pytest.raises(ValueError, match="a sale has a number"):
            kind(-1)
        with pytest.raises(TypeError, match=r"Sale.__init__\(\) missing 1 required positional argument: 'number'"):
            kind()
        with pytest.raises(TypeError, match=r"Sale.__init__\(\) got an unexpected keyword argument 'price'"):
            kind(1, price=2)

    def test_it_is_matched_by_its_fields(self, kind: type[Any]) -> None:
        match kind(1, "nadia"):
            case kind(number, buyer, at=at):
                assert (number, buyer, at) == (1, "nadia", "")

    def test_it_is_equal_to_no_other_kind(self, kind: type[Any]) -> None:
        assert kind(1) != sale(value)(1)
        with pytest.raises(TypeError, match="not supported"):
            kind(1) < 1  # noqa: B015

    def test_a_copy_of_it_is_equal(self, kind: type[Any]) -> None:
        made = kind(1, "nadia", ["a"])
        assert copy.copy(made) == copy.deepcopy(made) == made

    def test_its_fields_are_known(self, kind: type[Any]) -> None:
        assert [f.name for f in fields(kind)] == ["number", "buyer", "lines", "at", "secret"]
        assert kind.__slots__ == ("number", "buyer", "lines", "at", "secret")


@value
class Priced(Generic[P]):  # noqa: PLW1641  # it has one, as a value
    """A value of a kind that is open, that says itself how it is shown, compared and hashed."""

    price: P
    note: str = ""

    def __repr__(self) -> str:
        return f"{self.price}!"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Priced) and bool(self.price == other.price)


def test_what_a_class_says_itself_counts() -> None:
    assert repr(Priced(1)) == "1!"
    assert Priced(1, "a") == Priced(1, "b")
    assert hash(Priced(1, "a")) == hash((1, "a"))


def test_a_value_is_pickled() -> None:
    assert pickle.loads(pickle.dumps(Priced(1, "a"))).note == "a"  # noqa: S301


def test_a_class_that_is_not_made_of_all_its_fields_is_no_value() -> None:
    class Counted:
        number: int = field(init=False)

    with pytest.raises(TypeError, match="Counted is no value"):
        value(Counted)
