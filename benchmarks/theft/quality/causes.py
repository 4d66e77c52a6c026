"""Causes: planted by other hands, told by the library; how many it tells, and what it mistakes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from benchmarks.theft.quality.cause_areas import (
    NEIGHBOURS,
    Calendar,
    planted_name,
    tables_of,
)
from benchmarks.theft.quality.cause_cases import Variant, variants
from benchmarks.theft.quality.results import Outcome
from benchmarks.theft.quality.sizes import Size
from powerchannel import load_rulebook, theft

__all__ = ["MENDED_BY", "UNSEEN", "causes", "told"]

_MOST_SEEDS = 3
_RULEBOOK = "dlt698-theft"
_NOTHING = "nothing odd"
_INNOCENT = ("outage", "vacancy", "photovoltaic", "meter_replacement", "data_fault")
"""Causes that nobody is inspected for."""

MENDED_BY = "the table, cases it was mended by"
UNSEEN = "the table, unseen cases"
_TABLES = {MENDED_BY: "causes", UNSEEN: "causes_unseen"}
_BLIND = (
    "cases frozen before their author saw the table: mean recall 0.618 (theft 0.549, outage 0.143);"
    " the table was mended after that, so these figures are not blind"
)
_FROZEN = (
    "seven of each cause, written by another author who had not seen the table, frozen on"
    " 2026-11-22 at 12:02 UTC (md5 af66888025664868dc72ecdc7273fcc7) before any was evaluated;"
    " nothing was ever mended by them"
)


def causes(size: Size, planted: Mapping[str, Sequence[Variant]] | None = None) -> Outcome:
    """Tell causes planted by other hands; figures of each collection of cases, seed by seed."""
    chosen = planted or {name: variants(table) for name, table in _TABLES.items()}
    seeds = range(min(size.seeds, _MOST_SEEDS))
    tables = {name: [told(own, seed=seed) for seed in seeds] for name, own in chosen.items()}
    return Outcome(
        name="causes",
        title="Planted causes, and what each was taken for",
        facts={
            **{f"variants: {name}": len(own) for name, own in chosen.items()},
            "seeds": len(seeds),
            "neighbours of each": NEIGHBOURS,
            f"at first, blind: {MENDED_BY}": _BLIND,
            f"never used: {UNSEEN}": _FROZEN,
            **{
                f"{truth} was told as: {name}": words
                for name, own in tables.items()
                for truth, words in _confusion(pd.concat(own)).items()
            },
        },
        models={name: tuple(_figures(table) for table in own) for name, own in tables.items()},
    )


def told(planted: Sequence[Variant], *, seed: int) -> pd.DataFrame:
    """Return for each customer what was planted and what the library says.

    Returns
    -------
    DataFrame
        variant, customer_id, is_planted, is_ordinary (a neighbour to whom nothing happened),
        truth, cause.
    """
    seasons = sorted({variant.season for variant in planted})
    parts = [_season(planted, season, seed) for season in seasons]
    return pd.concat(parts, ignore_index=True).sort_values(["variant", "customer_id"])


def _season(planted: Sequence[Variant], season: str, seed: int) -> pd.DataFrame:
    """Make the areas of one season, ask the library, lay what it says beside the truth."""
    calendar = Calendar.of(season, np.random.default_rng([seed, len(planted)]))
    here = {f"9{row:03}": v for row, v in enumerate(planted) if v.season == season}
    made = [
        tables_of(variant, calendar, area, np.random.default_rng([seed, int(area)]))
        for area, variant in here.items()
    ]
    checked = theft.check(
        weather=calendar.weather,
        points=_joined(made, "points"),
        phase_readings=_joined(made, "phase_readings"),
        daily=_joined(made, "daily"),
        events=_joined(made, "events"),
        outages=_joined(made, "outages"),
        areas=_joined(made, "areas"),
    )
    state = theft.aggregate(checked)
    found = theft.evaluate(state, load_rulebook(_RULEBOOK), as_of=season).table
    area = found["customer_id"].str[:4]
    owner = area.map({name: planted.index(variant) for name, variant in here.items()})
    is_planted = found["customer_id"] == area.map(planted_name)
    is_spared = area.map({n: not (v.area_wide or v.twin) for n, v in here.items()})
    return pd.DataFrame(
        {
            "variant": owner,
            "customer_id": found["customer_id"],
            "is_planted": is_planted,
            "is_ordinary": ~is_planted & is_spared.astype(bool),
            "truth": area.map({name: variant.cause for name, variant in here.items()}),
            "cause": found["cause"],
        }
    )


def _joined(made: Sequence[Mapping[str, pd.DataFrame]], name: str) -> pd.DataFrame | None:
    parts = [tables[name] for tables in made if name in tables]
    return pd.concat(parts) if parts else None


def _figures(table: pd.DataFrame) -> Mapping[str, float]:
    """Return the recall of each cause, and how many are taken for worse or better than they are.

    Of those to whom something innocent happened the share told as theft; of thefts the share told
    as innocent or as nothing; of ordinary neighbours the share of whom something is odd.
    """
    planted, ordinary = table[table["is_planted"]], table[table["is_ordinary"]]
    is_right = planted["truth"] == planted["cause"]
    recall = is_right.groupby(planted["truth"]).mean()
    return {
        **{f"recall {cause}": float(share) for cause, share in recall.items()},
        "recall, mean of causes": float(recall.mean()),
        "innocent told as theft": _share(planted, _INNOCENT, ("theft",)),
        "theft told as innocent": _share(planted, ("theft",), (*_INNOCENT, "")),
        "false alarms": float((ordinary["cause"] != "").mean()),
    }


def _share(planted: pd.DataFrame, truths: Sequence[str], told_as: Sequence[str]) -> float:
    return float(planted.loc[planted["truth"].isin(truths), "cause"].isin(told_as).mean())


def _confusion(table: pd.DataFrame) -> Mapping[str, str]:
    """Return in words for each cause what it was taken for, all seeds together."""
    planted = table[table["is_planted"]]
    return {
        str(truth): ", ".join(
            f"{cause or _NOTHING} {count}" for cause, count in Counter(group).most_common()
        )
        for truth, group in planted.groupby("truth")["cause"]
    }
