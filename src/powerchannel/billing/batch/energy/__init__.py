"""From readings to what account rows are billed for, before any price (计费电量).

- `registers`: readings to energy, all meters of one make-up at once
- `billed`: what comes out; `plain`: accounts with one meter
- `cuts`: the same, cut where the price changes and the meter was read
- `points`: the meters of all other accounts, before relations and losses
- `demand`: maximum demand; `power_factor`: the power factor
"""
