"""A photo library as the flows read it: decided on before each request, and known again.

As with a website, a block, a cease notice or an authority that ends stops a walk between two
requests, and what was kept with the state that it is still in is not read again.
"""

from functools import partial
from weakref import finalize

from licet.app import App
from licet.effects.visiting import Asking, SiteMemory, may_be_asked
from licet.sources.contract import Address
from licet.sources.immich.proof import open_library
from licet.sources.immich.source import LibrarySource, Reader
from licet.terms.source import Source


def open_visited(app: App, source: Source, asking: Asking | None = None) -> LibrarySource:
    """Return a library that is read now; with ``asking`` it is walked.

    Raises ``BadInput``, ``Setup`` as ``open_library`` does.
    """
    memory = SiteMemory(app, source.id)

    def known(address: Address) -> tuple[str, str]:
        kept = memory.photo(address)
        return kept.etag, kept.modified

    may = partial(may_be_asked, app, asking)
    library = open_library(source.place, may, Reader(known, walked=asking is not None))
    # The connection goes with the one who reads.
    finalize(library, library.door.close)
    return library
