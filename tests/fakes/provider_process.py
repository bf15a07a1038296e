"""A real identity provider (oidc-provider-mock) in a process of its own.

Says its port on the first line of stdout. It holds the verifier against the challenge, as
providers do (RFC 7636, 4.6), and changes its keys at ``POST /turn``. Claims that a test gives
somebody (``PUT /users/NAME``) win over its own, so it can be made to sign anything.
"""

import base64
import hashlib
import sys

import flask
from authlib import jose
from oidc_provider_mock import app
from werkzeug.serving import make_server

CHALLENGES: dict[str, str] = {}
"""By the code that was given out."""


def held(code: str, verifier: str) -> bool:
    """Say whether a code's challenge is the verifier's."""
    digest = hashlib.sha256(verifier.encode()).digest()
    said = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return CHALLENGES.pop(code, said) == said


def main() -> None:
    """Serve until killed."""
    made = app(require_nonce=True, issue_refresh_token=False)

    @made.after_request
    def remember(answer: flask.Response) -> flask.Response:
        place, asked = answer.headers.get("location", ""), flask.request.args
        if "code=" in place and asked.get("code_challenge_method") == "S256":
            code = place.partition("code=")[2].partition("&")[0]
            CHALLENGES[code] = asked["code_challenge"]
        return answer

    @made.before_request
    def hold() -> tuple[dict[str, str], int] | None:
        form = flask.request.form
        if flask.request.path == "/oauth2/token" and not held(
            form.get("code", ""), form.get("code_verifier", "")
        ):
            return {"error": "invalid_grant"}, 400
        return None

    @made.post("/turn")
    def turn() -> tuple[str, int]:
        flask.g.oidc_provider_mock_storage.jwk = jose.RSAKey.generate_key(is_private=True)
        return "", 204

    server = make_server("127.0.0.1", 0, made, threaded=True)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
