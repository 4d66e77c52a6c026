"""What is metered or agreed within what another meter counts (主分表、定量定比).

- `relations`: sub-meters, fixed quantities and ratios of a group, found and checked
- `deductions`: taking them off their parents
"""
