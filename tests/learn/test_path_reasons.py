from __future__ import annotations

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from powerchannel.learn.path_reasons import path_reasons


def test_root_and_changes_sum_to_the_leaf() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4)).astype(np.float32)
    y = X[:, 0] * X[:, 2] > 0.3
    tree = DecisionTreeClassifier(max_depth=5, random_state=0).fit(X, y)
    base, reasons = path_reasons(tree.tree_, X)
    assert base == np.mean(y)
    shares = tree.predict_proba(X)[:, 1]
    np.testing.assert_allclose(base + reasons.sum(axis=1), shares, atol=1e-12)


def test_what_was_not_asked_brought_nothing() -> None:
    X = np.array([[0, 9], [1, 9]], np.float32)
    tree = DecisionTreeClassifier().fit(X, [False, True])
    assert path_reasons(tree.tree_, X)[1].tolist() == [[-0.5, 0.0], [0.5, 0.0]]
