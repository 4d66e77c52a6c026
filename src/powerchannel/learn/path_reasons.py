"""What each feature brought on its way down the trees of a forest (路径贡献)."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Tree", "path_reasons"]


class Tree(Protocol):
    """What scikit-learn tells of a fitted tree: its ``tree_``."""

    children_left: NDArray[np.int64]
    children_right: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    value: NDArray[np.float64]
    max_depth: int


def path_reasons(tree: Tree, X: NDArray[np.float32]) -> tuple[float, NDArray[np.float64]]:
    """Return the share of positives at the root, and what each feature changed (路径贡献).

    Going down, the share of positives changes from node to node; each change belongs to the
    feature that the node asked for. Share at the root and changes sum to the share in the leaf.

    Parameters
    ----------
    tree : Tree
        Of a classifier of two classes.
    X : ndarray of float32, shape (rows, features)
        As the tree was fitted; no NaN.

    Returns
    -------
    base : float
        The share at the root.
    reasons : ndarray of float64, shape (rows, features)
        The changes.
    """
    counts = tree.value[:, 0, :]
    share = counts[:, -1] / counts.sum(axis=1)
    reasons = np.zeros(X.shape)
    rows, node = np.arange(len(X)), np.zeros(len(X), np.int64)
    for _ in range(tree.max_depth):
        is_inner = tree.children_left[node] >= 0
        rows, node = rows[is_inner], node[is_inner]
        if not len(rows):
            break
        asked = tree.feature[node]
        goes_left = X[rows, asked] <= tree.threshold[node]
        child = np.where(goes_left, tree.children_left[node], tree.children_right[node])
        reasons[rows, asked] += share[child] - share[node]
        node = child
    return float(share[0]), reasons
