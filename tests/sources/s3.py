"""A real S3 server for tests: moto's, on this machine."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx2
import obstore
from moto.server import ThreadedMotoServer

from licet.sources.bucket import open_bucket, read_place


@contextmanager
def serving() -> Iterator[str]:
    """Run a server and give its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def environment(address: str) -> dict[str, str]:
    """Return the usual chain's first link, for that server."""
    return {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": address,
        "AWS_ALLOW_HTTP": "true",
    }


def bucket(address: str, name: str, objects: Mapping[str, bytes]) -> str:
    """Make a bucket that holds these objects and return its place."""
    httpx2.put(f"{address}/{name}").raise_for_status()
    place = f"s3://{name}"
    put(place, objects)
    return place


def put(place: str, objects: Mapping[str, bytes]) -> None:
    """Write objects below a place."""
    store = open_bucket(read_place(place))
    for key, data in objects.items():
        obstore.put(store, key, data)
