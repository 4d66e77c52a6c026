from __future__ import annotations

import re
from math import tan

import pytest

from powerchannel.theft.recovery.forms import FORMS
from powerchannel.theft.simulate import FAULTS, faults

PHI = 0.4
FRACTION = 0.3
NAMES = {"√3": "3**0.5", "tanφ": str(tan(PHI)), "f": str(FRACTION), "P": "1.0"}


def evaluated(formula):
    """Read the right side as arithmetic: what stands side by side is multiplied."""
    found, is_open = [], False
    for token in re.findall(r"√3|tanφ|\d+|[fP()+*/-]", formula.split(" = ", 1)[1]):
        if is_open and (token == "(" or token not in ")+-*/"):
            found.append("*")
        found.append(NAMES.get(token, token))
        is_open = token not in "(+-*/"
    return eval("".join(found))


@pytest.mark.parametrize(("wiring", "fault"), list(FORMS))
def test_what_is_printed_is_what_is_computed(wiring, fault):
    form = FORMS[wiring, fault]
    constant = form.constant + form.constant_by_fraction * FRACTION
    tangent = form.tangent + form.tangent_by_fraction * FRACTION
    share = constant + tangent * tan(PHI)
    found = evaluated(form.formula)
    assert found == pytest.approx(1 / share if form.formula.startswith("K") else share, abs=1e-12)


def test_every_form_is_of_a_fault_in_the_catalogue():
    listed = faults()
    assert set(FORMS) <= set(zip(listed["wiring"], listed["fault"], strict=True))


def test_forms_of_degree_are_those_of_faults_of_degree():
    for (_, fault), form in FORMS.items():
        has_degree = (form.constant_by_fraction, form.tangent_by_fraction) != (0.0, 0.0)
        assert has_degree == (FAULTS.get(fault).fraction is not None)
        assert has_degree == ("f" in form.formula)
