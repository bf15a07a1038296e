"""How well a model finds people, measured on folders of photos; nothing is kept.

:func:`licet.evaluate.flow.evaluate` is the flow, :mod:`licet.evaluate.report` its answer.
"""

from licet.evaluate.flow import evaluate
from licet.evaluate.report import Report

__all__ = ["Report", "evaluate"]
