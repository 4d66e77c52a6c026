"""From energy and demand to the lines of bills (电费).

- `plans`: the editions of a tariff and a make-up of registers, laid out once
- `charging`: all lines of some bills, edition by edition
- `pricing`: energy at a price (电度电费); `tiers`, `limits`: residential tiers (阶梯电费)
- `capacity`, `capacity_plans`: the capacity or demand charge (基本电费)
- `power_factor`: the power factor adjustment (力调电费)
"""
