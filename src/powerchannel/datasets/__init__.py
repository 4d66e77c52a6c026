"""Made-up data sets with planted truth, to try things on and to test against (模拟数据集).

`province` makes a whole utility: customers, accounts, facts about channels, contacts with dirty
rows as real exports have them, dislikes and complaints; `Province.write` writes its export files.
"""

from __future__ import annotations

from powerchannel.datasets.province import Province, province

__all__ = ["Province", "province"]
