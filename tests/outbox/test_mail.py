"""Mail over a real server: what arrives, what cannot, and what that is called."""

import ssl
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import SMTP, default
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from licet.outbox import (
    SANDBOX_ADDRESS,
    SEVEN_BITS,
    FolderOutbox,
    Letterhead,
    MailServer,
    NoOutbox,
    SmtpOutbox,
    as_mail,
    open_outbox,
)
from licet.settings import Settings
from licet.terms.contact import mailbox
from licet.terms.errors import BadInput, Busy, Setup
from licet.terms.granting import Attachment, Message
from tests.outbox.servers import CUT, HANG, HOST, STAGES, Desk, let_in, mail_server, odd_server

HEAD = Letterhead("licet@harbour.example", "Harbour Archive", "privacy@harbour.example")
TEXT = "Dear Anna,\n\nZum Ü: " + "a long line " * 20 + "\n\n    K7DMT W4XQH\n"
HTML = "<!doctype html><p>Zum Ü: K7DMT W4XQH</p>"
LETTER = Message(
    "anna@example.org",
    "Über Ihre Fotos",
    TEXT,
    HTML,
    (Attachment("Übersicht.zip", "application/zip", bytes(range(256)) * 9),),
)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def trusted(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return file


@pytest.fixture(scope="module")
def certificate(authority: trustme.CA) -> ssl.SSLContext:
    return _certificate(authority, HOST)


def _certificate(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def encrypted(desk: Desk, certificate: ssl.SSLContext, trusted: Path) -> Iterator[MailServer]:
    with mail_server(desk, certificate) as port:
        yield MailServer(HOST, port, authorities=trusted, seconds=5)


def plain(port: int, seconds: float = 5) -> MailServer:
    return MailServer(HOST, port, starttls=False, seconds=seconds)


def test_a_letter_arrives_encrypted_and_whole(desk: Desk, encrypted: MailServer) -> None:
    SmtpOutbox(encrypted, HEAD).send(LETTER)
    (got,) = desk.got
    assert (got.sender, got.to, got.encrypted) == (HEAD.address, [LETTER.to], True)
    text, html = (got.mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert text.get_content().split() == TEXT.split()
    assert html.get_content().strip() == HTML
    (attached,) = got.mail.iter_attachments()
    assert attached.get_filename() == "Übersicht.zip"
    assert attached.get_content_type() == "application/zip"
    assert attached.get_content() == LETTER.attachments[0].data


def test_the_text_and_the_html_are_two_forms_of_one_letter(
    desk: Desk, encrypted: MailServer
) -> None:
    SmtpOutbox(encrypted, HEAD).send(LETTER)
    mail = desk.got[0].mail
    assert mail.get_content_type() == "multipart/mixed"
    (forms, _file) = mail.iter_parts()
    assert forms.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in forms.iter_parts()] == ["text/plain", "text/html"]


def test_every_header_that_a_letter_needs_is_there_once(desk: Desk, encrypted: MailServer) -> None:
    SmtpOutbox(encrypted, HEAD).send(LETTER)
    SmtpOutbox(encrypted, HEAD).send(LETTER)
    first, second = (got.mail for got in desk.got)
    assert str(first["From"]) == "Harbour Archive <licet@harbour.example>"
    assert first["To"] == "anna@example.org"
    assert first["Subject"] == "Über Ihre Fotos"
    assert first["Reply-To"] == "privacy@harbour.example"
    assert first["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(first["Date"]).tzinfo is not None
    assert first["Message-ID"].endswith("@harbour.example>")
    assert first["Message-ID"] != second["Message-ID"]
    assert not {"Bcc", "Cc"} & set(first.keys())


def test_only_seven_bits_and_short_lines_go_over_the_line(
    desk: Desk, encrypted: MailServer
) -> None:
    SmtpOutbox(encrypted, HEAD).send(LETTER)
    data = desk.got[0].data
    assert data.isascii()
    assert max(map(len, data.splitlines())) <= 998
    text = desk.got[0].mail.get_body(("plain",))
    assert text is not None
    assert max(map(len, text.get_content().splitlines())) <= 76


def test_a_certificate_that_nobody_vouches_for_stops_the_letter(
    desk: Desk, encrypted: MailServer
) -> None:
    """The machine's own authorities do not know the test's: no code goes to a stranger."""
    stranger = MailServer(HOST, encrypted.port, seconds=5)
    with pytest.raises(Setup, match="nobody vouches for"):
        SmtpOutbox(stranger, HEAD).send(LETTER)
    assert desk.got == []


def test_a_certificate_of_another_host_stops_the_letter(
    desk: Desk, authority: trustme.CA, trusted: Path
) -> None:
    with mail_server(desk, _certificate(authority, "elsewhere.example")) as port:
        server = MailServer(HOST, port, authorities=trusted, seconds=5)
        with pytest.raises(Setup, match="nobody vouches for"):
            SmtpOutbox(server, HEAD).send(LETTER)
    assert desk.got == []


def test_a_server_without_encryption_gets_no_letter(desk: Desk) -> None:
    with mail_server(desk) as port, pytest.raises(Setup, match="cannot do what is needed"):
        SmtpOutbox(MailServer(HOST, port, seconds=5), HEAD).send(LETTER)
    assert desk.got == []


def test_a_server_on_this_machine_may_do_without_encryption(desk: Desk) -> None:
    with mail_server(desk) as port:
        SmtpOutbox(plain(port), HEAD).send(LETTER)
    assert [got.encrypted for got in desk.got] == [False]


def test_a_login_goes_by_its_file_and_only_over_an_encrypted_line(
    desk: Desk, certificate: ssl.SSLContext, trusted: Path, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    options = {"authenticator": let_in, "auth_required": True}
    with mail_server(desk, certificate, **options) as port:
        server = MailServer(HOST, port, True, trusted, "licet", file, 5)
        with pytest.raises(Setup, match="cannot be read"):
            SmtpOutbox(server, HEAD).send(LETTER)
        file.write_text("wrong")
        with pytest.raises(Setup, match="refused: 535"):
            SmtpOutbox(server, HEAD).send(LETTER)
        file.write_text("quay\n")
        SmtpOutbox(server, HEAD).send(LETTER)
        with pytest.raises(Setup, match="refused: 530"):
            SmtpOutbox(MailServer(HOST, port, True, trusted, seconds=5), HEAD).send(LETTER)
        with pytest.raises(Setup, match="without a password"):
            SmtpOutbox(MailServer(HOST, port, True, trusted, "licet"), HEAD).send(LETTER)
        with pytest.raises(Setup, match="without encryption"):
            SmtpOutbox(MailServer(HOST, port, False, None, "licet", file), HEAD).send(LETTER)
    assert [got.login for got in desk.got] == [True]


@pytest.mark.parametrize("stage", ["greeting", "MAIL", "RCPT", "DATA", "end"])
def test_a_server_that_says_later_is_busy(stage: str) -> None:
    with odd_server(**{stage: "451 later"}) as (port, script), pytest.raises(Busy):
        SmtpOutbox(plain(port), HEAD).send(LETTER)
    assert script.taken == 0


@pytest.mark.parametrize("stage", ["greeting", "MAIL", "DATA", "end"])
def test_a_server_that_says_no_for_good_must_be_mended(stage: str) -> None:
    odd = odd_server(**{stage: "554 no\x07 such thing"})
    with odd as (port, script), pytest.raises(Setup, match="554 no such thing"):
        SmtpOutbox(plain(port), HEAD).send(LETTER)
    assert script.taken == 0


def test_an_address_that_is_refused_is_no_fault_of_the_settings() -> None:
    """It delays and stops nothing else: an erasure waits for it some days and goes on."""
    with odd_server(RCPT="550 no such mailbox") as (port, _), pytest.raises(Busy) as caught:
        SmtpOutbox(plain(port), HEAD).send(LETTER)
    assert "550 no such mailbox" in caught.value.what
    assert "ask the person" in caught.value.remedy


@pytest.mark.parametrize("stage", [one for one in STAGES if one != "QUIT"])
@pytest.mark.parametrize("how", [CUT, HANG])
def test_a_line_that_is_cut_or_silent_is_busy(stage: str, how: str) -> None:
    with odd_server(**{stage: how}) as (port, _), pytest.raises(Busy):
        SmtpOutbox(plain(port, seconds=0.3), HEAD).send(LETTER)


@pytest.mark.parametrize("how", [CUT, HANG, "500 what?", "421 bye"])
def test_a_letter_that_was_taken_is_sent_whatever_comes_after(how: str) -> None:
    """Else it would go out again and again."""
    with odd_server(QUIT=how) as (port, script):
        SmtpOutbox(plain(port, seconds=0.3), HEAD).send(LETTER)
    assert script.taken == 1


def test_no_server_at_all_is_busy() -> None:
    with odd_server() as (port, _):
        pass
    with pytest.raises(Busy, match="did not take the letter"):
        SmtpOutbox(plain(port, seconds=0.5), HEAD).send(LETTER)


def test_names_in_any_script_reach_a_server_that_can(desk: Desk) -> None:
    letter = Message("jörg.müller@bücher.example", "Grüße", TEXT)
    with mail_server(desk, enable_SMTPUTF8=True) as port:
        SmtpOutbox(plain(port), HEAD).send(letter)
    (got,) = desk.got
    assert got.to == ["jörg.müller@xn--bcher-kva.example"]
    assert got.mail["To"].addresses[0].username == "jörg.müller"


def test_a_server_that_cannot_is_said_to_be_the_wrong_one(desk: Desk) -> None:
    letter = Message("jörg@example.org", "Grüße", TEXT)
    with mail_server(desk, enable_SMTPUTF8=False) as port:
        with pytest.raises(Setup, match="cannot do what is needed"):
            SmtpOutbox(plain(port), HEAD).send(letter)
        SmtpOutbox(plain(port), HEAD).send(Message("anna@bücher.example", "Hallo", TEXT))
    assert [got.to for got in desk.got] == [["anna@xn--bcher-kva.example"]]


ODD = st.text(
    st.characters(exclude_categories=("Cs",))
    | st.sampled_from('\r\n\t\0",;:<>@\\()=?_%\u2028\x85'),
    max_size=80,
)


@given(ODD, ODD, ODD, ODD)
def test_no_name_makes_a_header(subject: str, controller: str, file: str, text: str) -> None:
    """Whatever an operator, an organisation or a file is called."""
    head = Letterhead("licet@harbour.example", f"x{controller}", "")
    attached = Attachment(f"x{file}", "application/zip", b"PK")
    message = Message("anna@example.org", f"x{subject}", text, "<p>x</p>", (attached,))
    for policy in (SMTP, SEVEN_BITS):
        data = as_mail(message, head, policy).as_bytes()
        read = message_from_bytes(data, policy=default)
        assert sorted(read.keys()) == [
            "Auto-Submitted",
            "Content-Type",
            "Date",
            "From",
            "MIME-Version",
            "Message-ID",
            "Subject",
            "To",
        ]
        assert [one.addr_spec for one in read["To"].addresses] == ["anna@example.org"]
        assert [one.addr_spec for one in read["From"].addresses] == ["licet@harbour.example"]
        assert len(list(read.iter_attachments())) == 1


@given(ODD)
def test_a_contact_is_one_address_or_nobodys(contact: str) -> None:
    found = mailbox(contact)
    message = Message(contact, "subject", "text")
    if found is None:
        with pytest.raises(BadInput):
            as_mail(message, HEAD, SMTP)
        return
    assert not set(found.addr_spec) & set("\r\n\0")
    (only,) = message_from_bytes(
        as_mail(message, HEAD, SMTP.clone(utf8=True)).as_bytes(), policy=default
    )["To"].addresses
    assert only.domain == found.domain


@pytest.mark.parametrize(
    "contact",
    [
        "anna@example.org",
        " anna+licet@mail.example.org ",
        "o'neil@example.org",
        "jörg@example.org",
        "用户@例え.jp",
        "anna@bücher.example",
    ],
)
def test_an_address_is_known_as_one(contact: str) -> None:
    assert mailbox(contact) is not None


@pytest.mark.parametrize(
    "contact",
    [
        "",
        "anna",
        "@example.org",
        "anna@",
        "anna@example.org, bert@example.org",
        "anna@example.org;bert@example.org",
        "Anna <anna@example.org>",
        "anna@example.org\nBcc: all@example.org",
        "anna@exam\nple.org",
        "an\u202ena@example.org",
        "jö\nrg@example.org",
        "jö rg@example.org",
        "jörg..m@example.org",
        "jörg@exa mple.org",
        "jörg@a@example.org",
        "jörg@",
    ],
)
def test_what_is_not_one_address_is_nobodys(contact: str) -> None:
    assert mailbox(contact) is None


def test_a_sandbox_writes_letters_that_can_be_read_as_they_lie_there(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, answer_to="privacy@harbour.example")
    box = open_outbox(settings, "Harbour Archive", sandbox=True)
    assert isinstance(box, FolderOutbox)
    box.send(Message("anna@example.org", "Hello", "This code:\n\n    K7DMT W4XQH\n", HTML))
    (file,) = (tmp_path / "outbox").glob("*.eml")
    data = file.read_bytes()
    assert b"\r\n    K7DMT W4XQH\r\n" in data
    read = message_from_bytes(data, policy=default)
    assert read["From"].addresses[0].addr_spec == SANDBOX_ADDRESS
    assert read["Reply-To"] == "privacy@harbour.example"


def test_a_real_deployment_sends_mail_or_says_what_is_missing(tmp_path: Path) -> None:
    lacking = open_outbox(Settings(home=tmp_path, smtp_host="mail"), "Harbour", sandbox=False)
    assert isinstance(lacking, NoOutbox)
    with pytest.raises(Setup, match="no mail server"):
        lacking.send(LETTER)
    whole = Settings(
        home=tmp_path,
        smtp_host="mail",
        smtp_sender="licet@harbour.example",
        smtp_authorities=Path("ca.pem"),
        smtp_login="licet",
        smtp_password_file=Path("/run/password"),
    )
    assert isinstance(open_outbox(whole, "Harbour", sandbox=False), SmtpOutbox)


def test_settings_reach_the_mail_server(
    desk: Desk, certificate: ssl.SSLContext, authority: trustme.CA, tmp_path: Path
) -> None:
    """The file's words, from licet.toml to a letter that is taken."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    (tmp_path / "password").write_text("quay")
    with mail_server(desk, certificate, authenticator=let_in, auth_required=True) as port:
        (tmp_path / "licet.toml").write_text(
            f'smtp_host = "{HOST}"\nsmtp_port = {port}\nsmtp_sender = "licet@harbour.example"\n'
            'smtp_login = "licet"\nsmtp_password_file = "password"\nsmtp_authorities = "ca.pem"\n'
        )
        open_outbox(Settings.read(tmp_path), "Harbour", sandbox=False).send(LETTER)
    assert [got.login for got in desk.got] == [True]
