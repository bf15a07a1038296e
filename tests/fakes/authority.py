"""A timestamp authority (RFC 3161) built of asn1crypto, sharing no code with what checks it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as forms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.fakes.web import Said

REPLY = "application/timestamp-reply"
FROM, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
Key = ec.EllipticCurvePrivateKey


def _name(called: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, called)])


def _certificate(
    called: str, key: Key, issuer: x509.Certificate | None, issuer_key: Key, use: str
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(called))
        .issuer_name(issuer.subject if issuer else _name(called))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(FROM)
        .not_valid_after(UNTIL)
        .add_extension(x509.BasicConstraints(ca=use == "ca", path_length=None), critical=True)
    )
    if use == "stamps":
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


@dataclass
class LocalAuthority:
    """A root, something between, and the certificate that stamps; ``odd`` makes it misbehave."""

    called: str = "Harbour Time"
    clock: Callable[[], datetime] = lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    use: str = "stamps"
    odd: str = ""
    asked: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
        self.root = _certificate(f"{self.called} Root", keys[0], None, keys[0], "ca")
        self.between = _certificate(f"{self.called} 1", keys[1], self.root, keys[0], "ca")
        self.own = _certificate(self.called, keys[2], self.between, keys[1], self.use)
        self._key = keys[2]

    @property
    def pem(self) -> bytes:
        """The root, as a reader is given it."""
        return self.root.public_bytes(Encoding.PEM)

    def answer(self, _path: str, body: bytes) -> Said:
        """Answer one POST."""
        self.asked.append(body)
        if self.odd == "down":
            return 503, "text/plain", b"later"
        if self.odd == "refuses":
            return 200, REPLY, bytes.fromhex("30053003020102")  # status 2, and nothing else
        return 200, REPLY, self.stamp(body)

    def stamp(self, question: bytes) -> bytes:
        """The whole answer to a question."""
        asked = tsp.TimeStampReq.load(question)
        nonce = asked["nonce"].native + (1 if self.odd == "nonce" else 0)
        imprint = asked["message_imprint"].copy()
        if self.odd == "other":
            imprint["hashed_message"] = hashlib.sha256(b"something else").digest()
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": "1.3.6.1.4.1.4146.2.3",
                "message_imprint": imprint,
                "serial_number": 7,
                "gen_time": self.clock(),
                "nonce": nonce,
            }
        ).dump()
        attributes = self._attributes(info)
        signature = self._key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
        own = forms.Certificate.load(_der(self.own))
        number = {"issuer": own.issuer, "serial_number": own.serial_number}
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier({"issuer_and_serial_number": number}),
                "digest_algorithm": {"algorithm": "sha256"},
                "signed_attrs": attributes,
                "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                "signature": signature,
            }
        )
        chain = [forms.Certificate.load(_der(one)) for one in (self.own, self.between)]
        content = {"content_type": "tst_info", "content": core.ParsableOctetString(info)}
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [{"algorithm": "sha256"}],
                "encap_content_info": content,
                "certificates": chain,
                "signer_infos": [signer],
            }
        )
        token = {"content_type": "signed_data", "content": signed}
        whole = {"status": {"status": "granted"}, "time_stamp_token": token}
        return bytes(tsp.TimeStampResp(whole).dump())

    def _attributes(self, info: bytes) -> cms.CMSAttributes:
        named = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(_der(self.own)).digest()})
        values = {
            "content_type": "tst_info",
            "message_digest": hashlib.sha256(info).digest(),
            "signing_certificate_v2": tsp.SigningCertificateV2({"certs": [named]}),
        }
        return cms.CMSAttributes(
            [cms.CMSAttribute({"type": kind, "values": [value]}) for kind, value in values.items()]
        )
