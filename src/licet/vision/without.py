"""What is said when the part of licet that reads videos is not installed."""

from licet.terms.face import Unreadable


def no_video(missing: ModuleNotFoundError) -> Unreadable:
    """Say that videos need an extra: its decoders' licence is not everybody's."""
    if (missing.name or "").split(".")[0] != "av":
        raise missing
    return Unreadable(
        "licet was installed without the part that reads videos",
        'install it with `pip install "licet[video]"`',
    )
