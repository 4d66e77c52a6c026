"""How much of each test is done."""

from __future__ import annotations

from attrs import frozen

__all__ = ["SIZES", "Size"]


@frozen(kw_only=True)
class Size:
    """How much is done: customers at most, repeats of folds, seeds, trees."""

    customers: int
    repeats: int
    seeds: int
    trees: int


SIZES = {
    "tiny": Size(customers=600, repeats=1, seeds=1, trees=10),
    "small": Size(customers=8000, repeats=5, seeds=10, trees=150),
}
