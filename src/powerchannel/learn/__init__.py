"""Estimators on the scikit-learn contract: the one floor that imports it (学习器).

What a fitted estimator learnt and people must approve is written into a rulebook or a table;
production scoring needs no scikit-learn.

- `theft_classifier`: forests that rank suspicions; `scorecard_classifier`: a card to be read
- `unlabelled`: learning from inspections that were not drawn alike; `inspections`: what they say
- `novelty`: how unlike others a customer is, where nobody was inspected
- `calibration`: how honest probabilities are, and whom a model flags
- `two_classes`: what the classifiers have in common
- `probability`, `whole_points`, `path_reasons`: what points mean, and what they are made of
"""

from powerchannel.learn.calibration import (
    brier_skill,
    expected_calibration_error,
    flag_rates,
    reliability,
)
from powerchannel.learn.inspections import Prevalence, estimate_prevalence, keep_evenly
from powerchannel.learn.novelty import NoveltyDetector
from powerchannel.learn.scorecard_classifier import ScorecardClassifier
from powerchannel.learn.theft_classifier import TheftClassifier
from powerchannel.learn.unlabelled import InspectedTheftClassifier, UnlabelledTheftClassifier

__all__ = [
    "InspectedTheftClassifier",
    "NoveltyDetector",
    "Prevalence",
    "ScorecardClassifier",
    "TheftClassifier",
    "UnlabelledTheftClassifier",
    "brier_skill",
    "estimate_prevalence",
    "expected_calibration_error",
    "flag_rates",
    "keep_evenly",
    "reliability",
]
