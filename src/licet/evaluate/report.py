"""What an evaluation says (ISO/IEC 19795-1): aggregates only, never a name or a score of one."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Result:
    """FNIR at the threshold that gives ``fpir`` on these very photos.

    ``threshold`` is a cosine. ``resolved`` is False when there are fewer than ``1/fpir``
    non-mated probes: the threshold is then only the highest non-mated score seen.
    """

    k: int
    enrolled: int
    fpir: float
    threshold: float
    fnir: Interval
    resolved: bool


@dataclass(frozen=True, slots=True)
class Realised:
    """What happened at the threshold that the card sets in advance for a nominal FPIR."""

    k: int
    enrolled: int
    nominal: float
    threshold: float
    fpir: Interval
    fnir: float

    @property
    def kept(self) -> bool:
        """Tell whether the nominal FPIR is not below what the interval allows."""
        return self.nominal >= self.fpir.low


@dataclass(frozen=True, slots=True)
class DetPoint:
    """One point of the DET curve."""

    k: int
    fpir: float
    fnir: float


@dataclass(frozen=True, slots=True)
class PairsResult:
    """Same or different, on listed pairs: best threshold of the other folds, ten folds.

    ``fmr`` and ``fnmr`` are at the card's 1:1 threshold.
    """

    pairs: int
    accuracy: Interval
    threshold: float
    fmr: float
    fnmr: float


@dataclass(frozen=True, slots=True)
class GroupResult:
    """One group's rates at the card's threshold for the whole gallery."""

    group: str
    k: int
    people: int
    nominal: float
    fnir: Interval
    fpir: Interval


@dataclass(frozen=True, slots=True)
class CalibrationPoint:
    """A measured point that may go into a card: the cosine at a rate with N enrolled."""

    subjects: int
    rate: float
    cosine: float
    photos: int


@dataclass(frozen=True, slots=True)
class Report:
    """The whole evaluation.

    ``failures_to_enrol`` counts people of whom no enrolment photo was usable;
    ``no_face`` and ``unreadable`` count photos. A mated probe without a usable face is
    a miss. ``held_out_share`` is 0 when people with a single photo were the non-mated.
    """

    model: str
    people: int
    photos: int
    unreadable: int
    no_face: int
    failures_to_enrol: int
    mated_people: int
    non_mated_people: int
    non_mated_probes: int
    held_out_share: float
    seed: int
    results: tuple[Result, ...]
    realised: tuple[Realised, ...]
    det: tuple[DetPoint, ...]
    groups: tuple[GroupResult, ...]
    pairs: PairsResult | None
    points: tuple[CalibrationPoint, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values; each result flat, as documented."""
        data = asdict(self)
        data["results"] = [_flat(result, "fnir") for result in data["results"]]
        data["realised"] = [_flat(result, "fpir") for result in data["realised"]]
        for line, result in zip(data["realised"], self.realised, strict=True):
            line["kept"] = result.kept
        if self.pairs is not None:
            data["pairs"] = _flat(data["pairs"], "accuracy")
        data["groups"] = [_nested(group) for group in data["groups"]]
        return data


def _flat(entry: dict[str, Any], name: str) -> dict[str, Any]:
    """Return an entry with one interval spread into value, ``low`` and ``high``."""
    interval = entry.pop(name)
    return {**entry, name: interval["value"], "low": interval["low"], "high": interval["high"]}


def _nested(entry: dict[str, Any]) -> dict[str, Any]:
    """Return a group's entry with both intervals spread under their own names."""
    fnir, fpir = entry.pop("fnir"), entry.pop("fpir")
    spread = {f"fnir_{key}": value for key, value in fnir.items()}
    return {**entry, **spread, **{f"fpir_{key}": value for key, value in fpir.items()}}
