"""A mail server for tests: takes mails, keeps them, refuses when told to."""

import socketserver
import ssl
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage


class _Session(socketserver.StreamRequestHandler):
    server: "SmtpSink"

    def handle(self) -> None:
        self.server.connections += 1
        self._say("220 sink")
        while line := self.rfile.readline():
            verb = line.decode().strip()
            self.server.said.append(verb.upper().partition(" ")[0])
            if verb.upper().startswith("EHLO") and self.server.tls:
                self._say("250-sink\r\n250 STARTTLS")
            elif verb.upper() == "STARTTLS" and self.server.tls:
                self._secure(self.server.tls)
            elif verb.upper() == "DATA":
                self._data()
            elif verb.upper() == "QUIT":
                self._say("221 bye")
                return
            elif verb.upper().startswith("RCPT") and self.server.refuse_recipient:
                self._say(f"{self.server.refuse_recipient} no such mailbox")
            else:
                self._say("250 ok")

    def finish(self) -> None:
        super().finish()
        self.rfile.close()
        self.connection.close()

    def _data(self) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        with self.server.lock:
            if self.server.failures:
                self.server.failures -= 1
                self._say("451 try again later")
                return
            self.server.mails.append(mail)
        self._say("250 taken")

    def _secure(self, tls: ssl.SSLContext) -> None:
        self._say("220 go on")
        self.connection = tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = socketserver._SocketWriter(self.connection)  # type: ignore[attr-defined]

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class SmtpSink(socketserver.ThreadingTCPServer):
    """A server on a free loopback port; `failures` mails are refused for now first."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.mails: list[EmailMessage] = []
        self.failures = 0
        self.refuse_recipient = 0
        self.connections = 0
        self.said: list[str] = []
        self.tls: ssl.SSLContext | None = None
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that breaks off is what some tests want."""

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
