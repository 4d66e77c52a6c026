from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from powerchannel.learn.probability import ProbabilityTable
from powerchannel.learn.two_classes import PointsClassifier, two_classes


class Itself(PointsClassifier):
    """Points are the first feature."""

    classes_ = np.array(["normal", "theft"])
    probability_table_ = ProbabilityTable(np.array([0, 10]), np.array([0.0, 1.0]))

    def points(self, X: ArrayLike) -> NDArray[np.int64]:
        return np.asarray(X, np.int64)[:, 0]


def test_probabilities_are_those_of_the_points_and_the_likelier_class_wins() -> None:
    asked = np.array([[2], [5], [9]])
    assert Itself().predict_proba(asked).tolist() == [
        [0.8, 0.2],
        [0.5, 0.5],
        [pytest.approx(0.1), 0.9],
    ]
    assert Itself().predict(asked).tolist() == ["normal", "normal", "theft"]


def test_the_second_class_in_order_is_theft() -> None:
    classes, is_theft = two_classes(["theft", "normal", "theft"])
    assert classes.tolist() == ["normal", "theft"]
    assert is_theft.tolist() == [True, False, True]


@pytest.mark.parametrize(("labels", "said"), [([1, 1], "one class"), ([0, 1, 2], "Only binary")])
def test_other_than_two_classes_are_refused(labels: list[int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        two_classes(labels)
