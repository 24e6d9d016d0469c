"""Mail through the server that the settings name."""

import smtplib
import ssl
from contextlib import suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from lantian.desk.env import Mail
from lantian.desk.notices.channels.refusal import NotSent
from lantian.desk.notices.outside import Text

TIMEOUT_S: Final = 15.0
_PERMANENT: Final = 500


class MailServer:
    """One connection for as many mails as there are; made at the first, made anew when lost."""

    def __init__(self, settings: Mail) -> None:
        """Connect to nothing yet."""
        self._settings = settings
        self._open: smtplib.SMTP | None = None

    def send(self, to: str, text: Text, *, message: str, now: datetime) -> None:
        """Send a mail.

        Parameters
        ----------
        to : str
            Address.
        text : Text
        message : str
            Identity; the `Message-ID` is made of it, so that a mail sent again is the same.
        now : datetime

        Raises
        ------
        NotSent
            If the server did not take it.
        """
        mail = mail_of(self._settings, to, text, message=message, now=now)
        try:
            self._connected().send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            self._reset()
            code = next(iter(error.recipients.values()))[0]
            raise NotSent(
                f"收件地址被拒 {code} / the address was refused {code}", again=code < _PERMANENT
            ) from error
        except smtplib.SMTPAuthenticationError as error:
            self.close()
            raise NotSent(
                "邮件服务器不认账号 / the mail server refuses user and password", gone=True
            ) from error
        except smtplib.SMTPResponseException as error:
            self._reset()
            code = error.smtp_code
            raise NotSent(
                f"邮件服务器拒收 {code} / the mail server refused it {code}",
                again=code < _PERMANENT,
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            name = type(error).__name__
            raise NotSent(
                f"连不上邮件服务器：{name} / the mail server cannot be reached: {name}", gone=True
            ) from error

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._open is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._open.quit()
            self._open = None

    def _connected(self) -> smtplib.SMTP:
        if self._open is None:
            self._open = _connect(self._settings)
        return self._open

    def _reset(self) -> None:
        """Leave the refused mail behind; a server that went away is connected to anew."""
        try:
            if self._open is not None:
                self._open.rset()
        except (smtplib.SMTPException, OSError):
            self.close()


def mail_of(settings: Mail, to: str, text: Text, *, message: str, now: datetime) -> EmailMessage:
    """Return the mail: plain text, an identity of its own, marked as made by a machine.

    Raises
    ------
    NotSent
        If the address is none.
    """
    sender = settings.sender or settings.user
    mail = EmailMessage()
    try:
        to.encode("ascii")  # others need SMTPUTF8, which few servers have
        mail["To"] = Address(addr_spec=to)
        mail["From"] = sender
    except ValueError as error:
        raise NotSent("邮件地址有误 / the address is none", again=False) from error
    mail["Subject"] = text.title
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message}@{sender.rpartition('@')[2].strip('> ') or 'lantian'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text.whole or text.title)
    return mail


def _connect(settings: Mail) -> smtplib.SMTP:
    where = (settings.host, settings.port)
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            *where, timeout=TIMEOUT_S, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(*where, timeout=TIMEOUT_S)
    try:
        if settings.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.user:
            server.login(settings.user, settings.password)
    except BaseException:
        server.close()
        raise
    return server
