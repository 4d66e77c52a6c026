"""Evidence in daily use: a customer beside their own past and beside their peers (用电特征).

- `days`: daily energies in a matrix; `runs`, `shifts`: how long, and at which day use changed
- `features`: all of it as named numbers
- `profiles`: one day of half hours beside the customer's own; `stretches`: the last days together
- `peers`: what customers of a kind usually do, learnt once and frozen
"""

from powerchannel.theft.consumption.days import Days
from powerchannel.theft.consumption.features import FEATURES, Features, features
from powerchannel.theft.consumption.peers import PeerGroup, Peers, learn_peers
from powerchannel.theft.consumption.profiles import (
    PROFILE_FEATURES,
    OwnDays,
    profile_features,
    trailing_means,
)
from powerchannel.theft.consumption.stretches import STRETCH_FEATURES, stretch_features

__all__ = [
    "FEATURES",
    "PROFILE_FEATURES",
    "STRETCH_FEATURES",
    "Days",
    "Features",
    "OwnDays",
    "PeerGroup",
    "Peers",
    "features",
    "learn_peers",
    "profile_features",
    "stretch_features",
    "trailing_means",
]
