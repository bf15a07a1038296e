"""``licet serve``: the pages and the API."""

from dataclasses import dataclass
from typing import Annotated

import typer

from licet.cli.call import Call, deed, single
from licet.cli.output import Answer, note

app = single()


@dataclass(frozen=True, slots=True)
class Served:
    """The server was asked to end, and did."""

    origin: str
    stopped: bool = True


@deed(app, "serve")
def serve(
    call: Call,
    host: Annotated[str, typer.Option(help="Where to listen, in place of web_host.")] = "",
    port: Annotated[int, typer.Option(help="The port, in place of web_port.", max=65535)] = 0,
) -> Answer:
    """Serve pages and the API to browsers and programs.

    Ctrl-C or SIGTERM stops it. Only this machine reaches it, unless a proxy or a certificate
    is set. A deployment whose papers are not filed is not served; a sandbox is, and says on
    every page that it is one.
    """
    from licet.web.server import serve as run
    from licet.web.serving import Serving

    with call.app() as licet:
        serving = Serving.of(call.settings, host, port)
        if licet.deployment.sandbox:
            note("This is a sandbox: nobody real may be in it, and whoever comes may be anybody.")

        def listening(origin: str) -> None:
            note(f"licet answers at {origin}. Ctrl-C stops it.")

        run(licet, serving, listening)
    return Answer(Served(serving.origin), ("Stopped; what was begun was answered.",))
