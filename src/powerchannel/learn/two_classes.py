"""What all classifiers of theft have in common: two classes, and probabilities read from points."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from powerchannel.learn.probability import ProbabilityTable

if TYPE_CHECKING:
    from sklearn.utils import Tags

__all__ = ["PointsClassifier", "TwoClassClassifier", "two_classes"]


def two_classes(y: ArrayLike) -> tuple[NDArray[np.generic], NDArray[np.bool_]]:
    """Return the two classes of labels, and which are of the second (两类标签).

    Raises
    ------
    ValueError
        When there are not two.

    Examples
    --------
    >>> two_classes(np.array(["theft", "normal", "theft"]))[1].tolist()
    [True, False, True]
    """
    check_classification_targets(y)
    if (kind := type_of_target(y, input_name="y")) != "binary":
        raise ValueError(
            f"Only binary classification is supported. The type of the target is {kind}."
        )
    classes, place = np.unique(np.asarray(y), return_inverse=True)
    if len(classes) != 2:
        raise ValueError(f"labels must be of two classes; there is one class, {classes.tolist()}")
    return classes, np.asarray(place == 1)


class TwoClassClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier of two classes, the second theft; features may be missing (两类分类器)."""

    classes_: NDArray[np.generic]

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags

    @abstractmethod
    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the probability of each class (概率)."""

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Return the likelier class (判别)."""
        likelier = (self.predict_proba(X)[:, 1] > 0.5).astype(np.int64)
        return np.asarray(self.classes_[likelier])


class PointsClassifier(TwoClassClassifier):
    """One that gives whole points, and reads probabilities from a table (分值分类器)."""

    probability_table_: ProbabilityTable

    @abstractmethod
    def points(self, X: ArrayLike) -> NDArray[np.int64]:
        """Return whole points; more is more suspicious (分值)."""

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the probability of each class, read from the table (概率).

        Returns
        -------
        ndarray of float64, shape (customers, 2)
            Normal, theft.
        """
        points = self.points(X)
        theft = self.probability_table_(points)
        return np.column_stack([1 - theft, theft])
