"""What was used beyond or short of the volume agreed (偏差电量电费).

Energies are int64 in Wh, prices and ratios int64 in 1e-8; all arguments are broadcast, so that a
row is a customer.
"""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.agreement.exact import ONE_E8, between, energy_wh_of, price_e8_of
from powerchannel.money import Integers, charge_fen, multiply_divide_half_up

__all__ = ["Band", "BandLines", "DeviationLines", "band_lines", "deviation_lines"]


@frozen(kw_only=True, eq=False)
class DeviationLines:
    """The volume agreed, and what was used beyond or short of it (合同电费与偏差电费).

    Parameters
    ----------
    contract_fen, deviation_fen : ndarray of int64
        One line each; a deviation is negative where less was used [fen].
    """

    contract_fen: NDArray[np.int64]
    deviation_fen: NDArray[np.int64]


def deviation_lines(
    contract_wh: Integers, actual_wh: Integers, price_e8: Integers, deviation_price_e8: Integers
) -> DeviationLines:
    """Charge the volume agreed at its price, and the rest at another (合同与偏差结算).

    ``contract x price + (actual - contract) x deviation price``, each line rounded once.

    Parameters
    ----------
    contract_wh, actual_wh : int or ndarray of int64
        By period, hour or month [Wh].
    price_e8, deviation_price_e8 : int or ndarray of int64
        [1e-8 yuan/kWh]

    Raises
    ------
    TableError
        When an energy is negative, or anything is out of all proportion.

    Examples
    --------
    >>> lines = deviation_lines(1_000_000, np.array([900_000, 1_100_000]), 40_000_000, 50_000_000)
    >>> lines.contract_fen.tolist(), lines.deviation_fen.tolist()
    ([40000, 40000], [-5000, 5000])
    """
    contract, actual = np.broadcast_arrays(
        energy_wh_of(contract_wh, "contract_wh"), energy_wh_of(actual_wh, "actual_wh")
    )
    return DeviationLines(
        contract_fen=charge_fen(contract, price_e8_of(price_e8, "price_e8")),
        deviation_fen=charge_fen(
            actual - contract, price_e8_of(deviation_price_e8, "deviation_price_e8")
        ),
    )


@frozen(kw_only=True, eq=False)
class Band:
    """How far the use may be off the volume agreed, and what it costs beyond (偏差考核带).

    Parameters
    ----------
    over_tolerance_e8, under_tolerance_e8 : int or ndarray of int64
        Share of the volume agreed that is free on either side [1e-8].
    over_price_e8, under_price_e8 : int or ndarray of int64
        On each kWh beyond: positive a penalty, negative a reward [1e-8 yuan/kWh].
    """

    over_tolerance_e8: Integers
    under_tolerance_e8: Integers
    over_price_e8: Integers = 0
    under_price_e8: Integers = 0


@frozen(kw_only=True, eq=False)
class BandLines:
    """What lies beyond a band, and what it costs (偏差考核结果).

    Parameters
    ----------
    free_wh : ndarray of int64
        The deviation inside the band; ``actual - contract = free + over - under`` [Wh].
    over_wh, under_wh : ndarray of int64
        Beyond it, neither negative [Wh].
    over_fen, under_fen : ndarray of int64
        One line each [fen].
    """

    free_wh: NDArray[np.int64]
    over_wh: NDArray[np.int64]
    under_wh: NDArray[np.int64]
    over_fen: NDArray[np.int64]
    under_fen: NDArray[np.int64]


def band_lines(contract_wh: Integers, actual_wh: Integers, band: Band) -> BandLines:
    """Charge or reward what lies beyond the band (偏差考核).

    The width of a band is ``tolerance x contract``, rounded half up to the Wh; its edge is free.
    Months are assessed on sums over the month, hours on single hours.

    Parameters
    ----------
    contract_wh, actual_wh : int or ndarray of int64
        [Wh]
    band : Band
        What is free and what it costs beyond.

    Raises
    ------
    TableError
        When an energy or a tolerance is negative.

    Examples
    --------
    >>> band = Band(
    ...     over_tolerance_e8=3_000_000, under_tolerance_e8=3_000_000, under_price_e8=2_000_000
    ... )
    >>> lines = band_lines(1_000_000, np.array([1_030_000, 900_000]), band)
    >>> lines.under_wh.tolist(), lines.under_fen.tolist()
    ([0, 70000], [0, 140])
    """
    contract, actual = np.broadcast_arrays(
        energy_wh_of(contract_wh, "contract_wh"), energy_wh_of(actual_wh, "actual_wh")
    )
    deviation = actual - contract
    over = np.maximum(deviation - _width(contract, band.over_tolerance_e8, "over_tolerance_e8"), 0)
    under = np.maximum(
        -deviation - _width(contract, band.under_tolerance_e8, "under_tolerance_e8"), 0
    )
    return BandLines(
        free_wh=deviation - over + under,
        over_wh=over,
        under_wh=under,
        over_fen=charge_fen(over, price_e8_of(band.over_price_e8, "over_price_e8")),
        under_fen=charge_fen(under, price_e8_of(band.under_price_e8, "under_price_e8")),
    )


def _width(contract: NDArray[np.int64], tolerance_e8: Integers, where: str) -> NDArray[np.int64]:
    tolerance = between(tolerance_e8, 0, ONE_E8, where)
    return multiply_divide_half_up(contract, tolerance, ONE_E8)
