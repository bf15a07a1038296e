"""Faces that are drawn, for pages that show photos: no picture of anybody is in the tree."""

_SKIN = ("#f0c9a4", "#8d5a3b", "#d9a47c", "#c68a5e", "#5e3a28", "#f3d6bd")
_HAIR = ("#2b1d17", "#141414", "#7a4a22", "#b98b4a", "#3a3a3a", "#8d2f1d")
_WALL = ("#cfdcd7", "#d9d2c3", "#c9d3df", "#dcd3dc", "#d3d9c6", "#e0d6cb")


def head(number: int, x: float, y: float, size: float) -> str:
    """A head in a square of ``size`` at a place, as SVG."""
    skin, hair = _SKIN[number % 6], _HAIR[(number * 5) % 6]
    return (
        f'<g transform="translate({x} {y}) scale({size / 100})">'
        f'<path d="M8 118q0-34 42-36q42 2 42 36z" fill="{hair}" opacity=".55"/>'
        f'<rect x="41" y="66" width="18" height="24" rx="8" fill="{skin}"/>'
        f'<ellipse cx="50" cy="46" rx="25" ry="31" fill="{skin}"/>'
        f'<path d="M23 44q-2-34 27-34t27 34q-8-19-27-19t-27 19z" fill="{hair}"/>'
        '<circle cx="41" cy="47" r="2.6" fill="#20160f"/>'
        '<circle cx="59" cy="47" r="2.6" fill="#20160f"/>'
        '<path d="M41 61q9 6 18 0" stroke="#20160f" stroke-width="2" fill="none"/></g>'
    )


def face(number: int) -> bytes:
    """One face, square."""
    inside = f'<rect width="112" height="112" fill="{_WALL[number % 6]}"/>{head(number, 6, 6, 100)}'
    return _svg(112, 112, inside)


def group() -> bytes:
    """Three people beside each other, 960 x 600."""
    heads = "".join(head(n, x, y, 220) for n, x, y in ((1, 83, 70), (2, 388, 100), (3, 646, 80)))
    return _svg(960, 600, f'<rect width="960" height="600" fill="#b9cbbf"/>{heads}')


def _svg(width: int, height: int, inside: str) -> bytes:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{inside}</svg>'
    ).encode()
