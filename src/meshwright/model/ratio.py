"""Ratio: a share between 0 and 1, exact, as objectives and SLIs are."""

from decimal import Decimal, InvalidOperation

from meshwright.model.value import value


@value(order=True)
class Ratio:
    """A share, 0 to 1. Decimal, so that 99.9 % is 99.9 %."""

    value: Decimal

    def __post_init__(self) -> None:
        if not 0 <= self.value <= 1:
            raise ValueError(f"a ratio is between 0 and 100 %, not {self.value}")

    def __str__(self) -> str:
        return f"{(self.value * 100).quantize(Decimal('0.01')).normalize():f}%"

    @classmethod
    def parse(cls, text: str) -> "Ratio":
        """Read `99.9%`. Raises `ValueError`."""
        if not text.endswith("%"):
            raise ValueError(f"`{text}` is not a percentage: write `99.9%`")
        try:
            return cls(Decimal(text[:-1].strip()) / 100)
        except InvalidOperation:
            raise ValueError(f"`{text}` is not a percentage: write `99.9%`") from None

    @classmethod
    def of(cls, part: float, whole: float) -> "Ratio | None":
        """Return `part / whole`; None where the whole is nothing, for nothing was measured."""
        return None if whole <= 0 else cls((Decimal(str(part)) / Decimal(str(whole))).quantize(Decimal("1e-9")))
