"""The rules, one file for each group of facts.

A rule takes an ask, the facts and the moment, and returns the reason why not, or
None. A fact that a rule needs and does not find is a reason, never an error, so a
rule may stand anywhere in the order.
"""

from collections.abc import Callable
from datetime import datetime

from licet.consent.reasons import Reason
from licet.terms.permit import Ask, Facts

Rule = Callable[[Ask, Facts, datetime], Reason | None]
