"""The dialogue with a mail server, whatever it does: each fault knows its phase."""

import datetime
import select
import smtplib
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from campaign.outbox import transport
from campaign.outbox.composing import Mail
from campaign.outbox.faults import Fault, Outcome, Phase
from campaign.outbox.talk import run
from campaign.outbox.transport import Connection, Limits, Server
from tests.outbox.rude import DROP, HANG, RudeServer

MAIL = b"Subject: x\r\n\r\nHello\r\n"
SHORT = Limits(connect=0.5, command=0.3, body=0.3, answer=0.3)


@pytest.fixture
def rude():
    server = RudeServer()
    yield server
    server.stop()


@pytest.fixture(params=["one by one", "at once"])
def rude_either_way(request, rude):
    """A server that takes commands one by one, and one that takes several at once."""
    if request.param == "at once":
        rude.answers["EHLO"] = b"250-rude\r\n250 PIPELINING\r\n"
    return rude


@pytest.fixture
def connection(rude):
    made = Connection(Server("127.0.0.1", rude.port, "us@example.org", limits=SHORT))
    yield made
    made.close()


def fault_of(connection, to="ada@example.org", mail=MAIL):
    with pytest.raises(Fault) as raised:
        connection.send(to, mail)
    return raised.value.outcome, raised.value.phase, raised.value.code


def test_a_message_is_handed_over(rude, connection):
    assert connection.send("ada@example.org", MAIL) == 250

    assert rude.taken == [MAIL]
    assert rude.heard == [["EHLO example.org", "MAIL FROM:<us@example.org>", "RCPT TO:<ada@example.org>", "DATA"]]


def test_one_connection_carries_many_messages_up_to_a_limit(rude, connection, monkeypatch):
    monkeypatch.setattr(transport, "MESSAGES", 3)

    for _ in range(7):
        connection.send("ada@example.org", MAIL)

    assert [sum(line == "DATA" for line in lines) for lines in rude.heard] == [3, 3, 1]
    assert len(rude.taken) == 7


def test_a_line_that_is_a_dot_doesnt_end_the_message(rude, connection):
    mail = b"Subject: x\r\n\r\n.\r\n..\r\n.hidden\r\nMAIL FROM:<evil@example.org>\r\n"

    connection.send("ada@example.org", mail)

    [taken] = rude.taken
    assert taken == mail.replace(b"\n.", b"\n..")


@pytest.mark.parametrize("mail", [b"a\r\n\r\nx\n.\n", b"a\r\n\r\nx\r.\r\n", b"a\n\nx\n", b"a\r\n\r\n\rx\r\n"])
def test_a_bare_line_end_is_never_sent(rude, connection, mail):
    assert fault_of(connection, mail=mail)[0] is Outcome.PERMANENT

    assert rude.heard == []


@pytest.mark.parametrize(
    ("phase", "answer", "outcome", "at"),
    [
        ("CONNECT", b"554 no\r\n", Outcome.RELAY, Phase.CONNECT),
        ("CONNECT", b"421 busy\r\n", Outcome.RELAY, Phase.CONNECT),
        ("CONNECT", b"HTTP/1.1 400 Bad Request\r\n", Outcome.RELAY, Phase.CONNECT),
        ("CONNECT", DROP, Outcome.RELAY, Phase.CONNECT),
        ("CONNECT", HANG, Outcome.RELAY, Phase.CONNECT),
        ("EHLO", DROP, Outcome.RELAY, Phase.CONNECT),
        ("EHLO", b"421 busy\r\n", Outcome.RELAY, Phase.CONNECT),
        ("MAIL", b"421 closing\r\n", Outcome.CONNECTION, Phase.MAIL),
        ("MAIL", b"451 later\r\n", Outcome.RELAY, Phase.MAIL),
        ("MAIL", b"550 not you\r\n", Outcome.CONFIGURATION, Phase.MAIL),
        ("MAIL", b"530 sign in first\r\n", Outcome.CONFIGURATION, Phase.MAIL),
        ("MAIL", DROP, Outcome.CONNECTION, Phase.MAIL),
        ("MAIL", HANG, Outcome.CONNECTION, Phase.MAIL),
        ("MAIL", b"nonsense\r\n", Outcome.CONNECTION, Phase.MAIL),
        ("MAIL", b"2\r\n", Outcome.CONNECTION, Phase.MAIL),
        ("RCPT", b"421 closing\r\n", Outcome.CONNECTION, Phase.RCPT),
        ("RCPT", b"450 later\r\n", Outcome.TRANSIENT, Phase.RCPT),
        ("RCPT", b"451 4.7.1 greylisted\r\n", Outcome.TRANSIENT, Phase.RCPT),
        ("RCPT", b"452 4.2.2 full\r\n", Outcome.TRANSIENT, Phase.RCPT),
        ("RCPT", b"552 5.2.2 mailbox full\r\n", Outcome.TRANSIENT, Phase.RCPT),
        ("RCPT", b"550 5.1.1 unknown\r\n", Outcome.PERMANENT, Phase.RCPT),
        ("RCPT", b"551 moved\r\n", Outcome.PERMANENT, Phase.RCPT),
        ("RCPT", b"553 5.1.3 bad\r\n", Outcome.PERMANENT, Phase.RCPT),
        ("RCPT", b"550-5.7.1 we\r\n550 5.7.1 don't like you\r\n", Outcome.POLICY, Phase.RCPT),
        ("RCPT", b"554 5.7.1 blocked\r\n", Outcome.POLICY, Phase.RCPT),
        ("RCPT", b"530 5.7.0 sign in first\r\n", Outcome.CONFIGURATION, Phase.RCPT),
        ("RCPT", DROP, Outcome.CONNECTION, Phase.RCPT),
        ("RCPT", HANG, Outcome.CONNECTION, Phase.RCPT),
        ("DATA", b"421 closing\r\n", Outcome.CONNECTION, Phase.DATA),
        ("DATA", b"451 later\r\n", Outcome.TRANSIENT, Phase.DATA),
        ("DATA", b"554 no valid recipients\r\n", Outcome.POLICY, Phase.DATA),
        ("DATA", b"250 what?\r\n", Outcome.CONNECTION, Phase.DATA),
        ("DATA", DROP, Outcome.CONNECTION, Phase.DATA),
        ("DOT", b"421 closing\r\n", Outcome.CONNECTION, Phase.ANSWER),
        ("DOT", b"451 later\r\n", Outcome.TRANSIENT, Phase.ANSWER),
        ("DOT", b"452 4.3.1 no room\r\n", Outcome.TRANSIENT, Phase.ANSWER),
        ("DOT", b"550 5.1.1 unknown\r\n", Outcome.PERMANENT, Phase.ANSWER),
        ("DOT", b"554 5.7.1 spam\r\n", Outcome.POLICY, Phase.ANSWER),
        ("DOT", DROP, Outcome.UNKNOWN, Phase.ANSWER),
        ("DOT", HANG, Outcome.UNKNOWN, Phase.ANSWER),
        ("DOT", b"nonsense\r\n", Outcome.UNKNOWN, Phase.ANSWER),
        ("DOT", b"354 more?\r\n", Outcome.UNKNOWN, Phase.ANSWER),
        ("BODY", DROP, Outcome.CONNECTION, Phase.BODY),
    ],
)
def test_a_fault_is_sorted_by_phase_and_code(rude_either_way, connection, phase, answer, outcome, at):
    rude = rude_either_way
    rude.answers[phase] = answer
    if phase == "BODY":
        mail = MAIL + b"x" * 70 + b"\r\n" + b"y" * 8_000_000 + b"\r\n"  # more than the kernel holds
        assert fault_of(connection, mail=mail)[0] is outcome
        return

    assert fault_of(connection)[:2] == (outcome, at)

    rude.answers.pop(phase)
    assert connection.send("bob@example.org", MAIL) == 250
    assert rude.taken[-1:] == [MAIL]


def test_commands_go_at_once_where_the_server_takes_them_so(rude):
    packets = []

    def listen(sock):
        sock.sendall(b"250-rude\r\n250 PIPELINING\r\n")
        packets.append(sock.recv(4096))
        sock.sendall(b"250 ok\r\n250 ok\r\n354 go on\r\n")
        packets.append(sock.recv(4096))
        sock.sendall(b"250 taken\r\n")
        return False

    rude.answers["EHLO"] = listen
    made = Connection(Server("127.0.0.1", rude.port, "us@example.org", limits=SHORT))

    assert made.send("ada@example.org", MAIL) == 250
    assert packets == [b"MAIL FROM:<us@example.org>\r\nRCPT TO:<ada@example.org>\r\nDATA\r\n", MAIL + b".\r\n"]
    made.close()


@pytest.mark.parametrize("to_data", [b"554 no valid recipients\r\n", b"503 RCPT first\r\n", b"354 go on\r\n"])
def test_after_a_recipient_refused_among_others_commands_the_same_connection_goes_on(rude, connection, to_data):
    rude.answers |= {"EHLO": b"250-rude\r\n250 PIPELINING\r\n", "RCPT": [b"550 5.1.1 unknown\r\n"], "DATA": [to_data]}

    assert fault_of(connection) == (Outcome.PERMANENT, Phase.RCPT, 550)
    connection.send("bob@example.org", MAIL)

    assert len(rude.heard) == 1
    assert [taken for taken in rude.taken if taken] == [MAIL]  # and one without a recipient, without a word


def test_a_dot_is_never_said_where_a_recipient_may_have_been_taken(rude, connection):
    rude.answers |= {"EHLO": b"250-rude\r\n250 PIPELINING\r\n", "RCPT": [b"nonsense\r\n"]}

    assert fault_of(connection)[:2] == (Outcome.CONNECTION, Phase.RCPT)
    assert rude.taken == []


@pytest.mark.parametrize(
    ("offered", "command", "sent"),
    [
        (b"250 8BITMIME\r\n", "MAIL FROM:<us@example.org> BODY=8BITMIME", "Zoë".encode()),
        (b"250 SIZE\r\n", "MAIL FROM:<us@example.org>", b"Zo=C3=AB"),
    ],
)
def test_text_goes_in_eight_bits_where_the_server_takes_them(rude, connection, offered, command, sent):
    rude.answers["EHLO"] = b"250-rude\r\n" + offered
    mail = Mail("ada@example.org", b"\r\nZo=C3=AB\r\n", "\r\nZoë\r\n".encode())

    run(connection.conversation(mail, lambda _mark: None))

    assert rude.heard[0][1] == command
    assert rude.taken == [b"\r\n" + sent + b"\r\n"]


def test_each_message_may_have_a_sender_of_its_own(rude, connection):
    run(connection.conversation(Mail("ada@example.org", MAIL), lambda _mark: None, "us+7@example.org"))

    assert rude.heard[0][1] == "MAIL FROM:<us+7@example.org>"


def test_a_quoted_local_part_and_a_domain_beyond_ascii_are_said_as_servers_want_them(rude, connection):
    connection.send('"ada lovelace"@example.org', MAIL)
    connection.send("ada@bücher.example", MAIL)

    recipients = [line for line in rude.heard[0] if line.startswith("RCPT")]
    assert recipients == ['RCPT TO:<"ada lovelace"@example.org>', "RCPT TO:<ada@xn--bcher-kva.example>"]


def test_a_name_that_nobody_answers_for_holds_nobody_for_ever(monkeypatch):
    asked = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: asked.wait(5) or [])
    limits = Limits(connect=0.05, command=0.05, body=0.1, answer=0.1)
    began = time.monotonic()

    fault = fault_of(Connection(Server("no-answer.example", 25, "us@example.org", limits=limits)))

    assert fault[:2] == (Outcome.RELAY, Phase.CONNECT)
    assert time.monotonic() - began < 2
    asked.set()


def test_a_code_of_the_servers_is_kept_and_its_words_are_not(rude, connection):
    rude.answers["RCPT"] = b"550 5.1.1 <ada@example.org> is unknown here\r\n"

    with pytest.raises(Fault) as raised:
        connection.send("ada@example.org", MAIL)

    assert raised.value.code == 550
    assert "ada" not in str(raised.value)


def test_after_the_answer_nothing_makes_a_sent_message_unsent(rude, connection):
    def answer_and_die(sock):
        sock.sendall(b"250 taken\r\n")
        sock.shutdown(socket.SHUT_RDWR)
        return False

    rude.answers["DOT"] = [answer_and_die]

    assert connection.send("ada@example.org", MAIL) == 250
    assert connection.send("bob@example.org", MAIL) == 250
    assert len(rude.taken) == 2


@pytest.mark.parametrize("answer", [DROP, HANG, b"500 no\r\n", b"nonsense"])
def test_saying_goodbye_never_fails(rude, connection, answer):
    rude.answers["QUIT"] = answer
    connection.send("ada@example.org", MAIL)

    connection.close()
    connection.close()


def test_an_idle_connection_that_was_closed_is_opened_again_without_a_fault(rude, connection):
    connection.send("ada@example.org", MAIL)
    rude.hang_up()
    time.sleep(0.05)

    connection.send("bob@example.org", MAIL)

    assert len(rude.heard) == 2


def test_an_idle_connection_that_is_told_421_is_opened_again_without_a_fault(rude, connection):
    connection.send("ada@example.org", MAIL)
    for each in rude._open:
        each.sendall(b"421 you were silent for too long\r\n")
    time.sleep(0.05)

    connection.send("bob@example.org", MAIL)

    assert len(rude.heard) == 2
    assert len(rude.taken) == 2


def test_after_a_refused_recipient_the_same_connection_goes_on(rude, connection):
    rude.answers["RCPT"] = [b"550 5.1.1 unknown\r\n"]

    fault_of(connection)
    connection.send("bob@example.org", MAIL)

    [lines] = rude.heard
    assert lines[3:] == ["RSET", "MAIL FROM:<us@example.org>", "RCPT TO:<bob@example.org>", "DATA"]


def test_a_connection_that_wont_forget_a_refused_message_is_given_up(rude, connection):
    rude.answers |= {"RCPT": [b"550 5.1.1 unknown\r\n"], "RSET": b"500 no\r\n"}

    fault_of(connection)
    connection.send("bob@example.org", MAIL)

    assert len(rude.heard) == 2


def test_after_a_hang_up_a_new_connection_is_made(rude, connection):
    rude.answers["MAIL"] = [b"421 closing\r\n"]

    fault_of(connection)
    connection.send("ada@example.org", MAIL)

    assert len(rude.heard) == 2
    assert len(rude.taken) == 1


def test_an_answer_before_the_final_dot_means_not_taken(rude, connection):
    def interrupt(sock):
        sock.sendall(b"354 go on\r\n")
        sock.recv(65536)
        sock.sendall(b"552 5.3.4 too big\r\n")
        time.sleep(0.5)
        return False

    rude.answers["DATA"] = interrupt
    mail = MAIL + b"z" * 70 + b"\r\n"
    mail += (b"y" * 78 + b"\r\n") * 50_000  # long enough that it can answer before the dot

    outcome, phase, _ = fault_of(connection, mail=mail)

    assert (outcome, phase) in [
        (Outcome.PERMANENT, Phase.BODY),
        (Outcome.CONNECTION, Phase.BODY),
    ]


def test_a_hang_up_right_behind_the_leave_to_go_on_means_not_taken(rude_either_way, connection):
    gone = threading.Event()

    def hang_up(sock):
        sock.sendall(b"354 go on\r\n")
        sock.shutdown(socket.SHUT_RDWR)
        gone.set()
        return False

    rude_either_way.answers["DATA"] = hang_up
    marks = []
    steps = connection.conversation(Mail("ada@example.org", MAIL), marks.append)

    def go_slowly():
        for wait in steps:
            ready = select.poll()
            ready.register(wait.file, select.POLLIN)
            ready.poll(5000)
            gone.wait(0.2)  # whoever goes on only now finds both: the leave and the end

    with pytest.raises(Fault) as raised:
        go_slowly()

    assert (raised.value.outcome, raised.value.phase) == (Outcome.CONNECTION, Phase.BODY)
    assert marks == []


def test_a_server_that_drips_is_given_up_in_time(rude, connection):
    def drip(sock):
        for octet in b"220 a very slow greeting indeed\r\n":
            sock.sendall(bytes([octet]))
            time.sleep(0.1)
        return True

    rude.answers["CONNECT"] = drip
    began = time.monotonic()

    assert fault_of(connection)[:2] == (Outcome.RELAY, Phase.CONNECT)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("line", [b"220-and another thing\r\n", b"x" * 80])
def test_a_server_that_never_ends_its_answer_is_given_up(rude, connection, line):
    def babble(sock):
        for _ in range(100_000):
            sock.sendall(line)
        return True

    rude.answers["CONNECT"] = babble

    assert fault_of(connection)[:2] == (Outcome.RELAY, Phase.CONNECT)


def test_a_server_without_ehlo_is_greeted_in_the_old_way(rude, connection):
    rude.answers["EHLO"] = b"502 not here\r\n"

    connection.send("ada@example.org", MAIL)

    assert rude.heard[0][1] == "HELO example.org"


def test_nobody_listens(free_port):
    connection = Connection(Server("127.0.0.1", free_port, "us@example.org", limits=SHORT))

    assert fault_of(connection)[:2] == (Outcome.RELAY, Phase.CONNECT)


def test_a_name_that_is_none_is_a_fault_of_the_relay():
    for host in ("no-such-host.invalid", "a..b", "x" * 300):
        connection = Connection(Server(host, 25, "us@example.org", limits=SHORT))
        assert fault_of(connection)[0] is Outcome.RELAY


def test_a_local_part_beyond_ascii_needs_a_server_that_takes_it(rude, connection):
    assert fault_of(connection, to="zoë@example.org")[0] is Outcome.PERMANENT

    rude.answers["EHLO"] = b"250-rude\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
    connection.close()
    connection.send("zoë@example.org", MAIL)

    assert rude.heard[-1][1:3] == ["MAIL FROM:<us@example.org> SMTPUTF8", "RCPT TO:<zoë@example.org>"]


# ---------------------------------------------------------------- TLS and signing in


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """(certificate, key) for 127.0.0.1, signed by itself."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "rude")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def rude_tls(certificate):
    server = RudeServer(certificate, EHLO=b"250-rude\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n")
    yield server
    server.stop()


@pytest.fixture
def over_tls():
    """Makes connections, and closes them."""
    made = []

    def connect(server, certificate=None, host="localhost", **more):
        trusted = ssl.create_default_context(cafile=certificate[0]) if certificate else None
        made.append(
            Connection(Server(host, server.port, "us@example.org", use_tls=True, tls=trusted, limits=SHORT, **more))
        )
        return made[-1]

    yield connect
    for connection in made:
        connection.close()


def test_mail_goes_encrypted_where_that_is_asked(over_tls, rude_tls, certificate):
    connection = over_tls(rude_tls, certificate)
    connection.send("ada@example.org", MAIL)
    connection.send("bob@example.org", MAIL)
    connection.close()

    [lines] = rude_tls.heard
    assert lines[:3] == ["EHLO example.org", "STARTTLS", "EHLO example.org"]
    assert len(rude_tls.taken) == 2


def test_a_certificate_that_nobody_vouches_for_is_refused(over_tls, rude_tls):
    assert fault_of(over_tls(rude_tls))[:2] == (Outcome.CONFIGURATION, Phase.TLS)
    assert rude_tls.taken == []


def test_a_certificate_for_another_name_is_refused(over_tls, rude_tls, certificate):
    assert fault_of(over_tls(rude_tls, certificate, "127.0.0.1"))[:2] == (Outcome.CONFIGURATION, Phase.TLS)


def test_mail_is_never_sent_in_the_clear_when_tls_is_asked_for(over_tls, rude):
    assert fault_of(over_tls(rude))[:2] == (Outcome.CONFIGURATION, Phase.TLS)
    assert rude.heard == [["EHLO example.org"]]


@pytest.mark.parametrize("answer", [b"454 not now\r\n", b"501 no\r\n", DROP, HANG, b"220 go on\r\n250 injected\r\n"])
def test_tls_that_doesnt_come_about_is_a_fault_of_the_relay(over_tls, rude_tls, certificate, answer):
    rude_tls.answers["STARTTLS"] = answer

    assert fault_of(over_tls(rude_tls, certificate))[:2] == (Outcome.RELAY, Phase.TLS)
    assert rude_tls.taken == []


def test_signing_in_comes_after_tls(over_tls, rude_tls, certificate):
    over_tls(rude_tls, certificate, username="us", password="secret").send("ada@example.org", MAIL)

    verbs = [line.split(" ")[0] for line in rude_tls.heard[0]]
    assert verbs == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b"535 5.7.8 wrong\r\n", Outcome.CONFIGURATION),
        (b"534 5.7.9 too weak\r\n", Outcome.CONFIGURATION),
        (b"530 no\r\n", Outcome.CONFIGURATION),
        (b"454 4.7.0 not now\r\n", Outcome.RELAY),
        (b"421 busy\r\n", Outcome.RELAY),
        (DROP, Outcome.RELAY),
        (HANG, Outcome.RELAY),
    ],
)
def test_a_sign_in_that_fails(over_tls, rude_tls, certificate, answer, outcome):
    rude_tls.answers["AUTH"] = answer

    connection = over_tls(rude_tls, certificate, username="us", password="secret")

    assert fault_of(connection)[:2] == (outcome, Phase.AUTH)


@pytest.mark.parametrize("password", ["secret", "pässwörd"])
def test_a_server_that_lets_nobody_sign_in_is_a_matter_of_configuration(rude, password):
    connection = Connection(
        Server("127.0.0.1", rude.port, "us@example.org", username="us", password=password, limits=SHORT)
    )

    assert fault_of(connection)[:2] == (Outcome.CONFIGURATION, Phase.AUTH)


def test_a_password_that_smtp_cant_carry_is_a_matter_of_configuration(over_tls, rude_tls, certificate):
    connection = over_tls(rude_tls, certificate, username="us", password="pässwörd")

    assert fault_of(connection)[:2] == (Outcome.CONFIGURATION, Phase.AUTH)


def test_secrets_dont_show(rude):
    server = Server("127.0.0.1", rude.port, "us@example.org", username="us", password="hunter2")

    assert "hunter2" not in repr(server)
    assert isinstance(smtplib.SMTPServerDisconnected(), OSError)


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(("full_at", "outcome", "taken"), [("D", Outcome.CONNECTION, 0), ("S", Outcome.UNKNOWN, 1)])
def test_a_disk_that_is_full_at_the_final_dot_makes_nobody_believe_that_it_wasnt_sent(full_at, outcome, taken):
    server = RudeServer()

    def note(mark):
        if mark == full_at:
            raise OSError

    with pytest.raises(Fault) as raised:
        Connection(Server("127.0.0.1", server.port, "us@example.org")).send("ada@example.org", MAIL, note)
    server.stop()

    assert (raised.value.outcome, len(server.taken)) == (outcome, taken)
