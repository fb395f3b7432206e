"""Sends messages through apprise, which knows the services; a business's e-mail goes by a way of our own, guarded.

apprise logs addresses, and what services answer: its logger is kept silent.
"""

import logging
from typing import TYPE_CHECKING

from typing_extensions import override

from adapters.notices.guarded_mail import MAIL_SECONDS, send_mail
from core.endpoint_address import Reach
from core.errors import InvalidInput, KvittError, TryAgain
from core.notice import Message
from core.notice_address import EMAIL, TEAMS, fault_of, is_microsofts, service_of
from core.ports.notices import Messenger

if TYPE_CHECKING:
    from apprise import NotifyBase

_PUBLIC = Reach()
_INCOMPLETE = "can't be read: something is missing in it, or is not of its form"


class AppriseMessenger(Messenger):
    """Sends messages. `reach` is what of the network a business's mail server may be in.

    Sending through it may take `mail_seconds`.
    """

    def __init__(self, *, reach: Reach = _PUBLIC, mail_seconds: float = MAIL_SECONDS) -> None:
        self._reach = reach
        self._mail_seconds = mail_seconds

    @override
    def send(self, address: str, message: Message, *, trusted: bool) -> None:
        service = service_of(address)
        if not trusted and not self._reach.allowed and (fault := fault_of(address)):
            raise _unusable(service, fault)
        try:
            plugin = _plugin_of(address)
            if plugin is None or (fault := _fault_of(plugin, service, trusted=trusted)):
                raise _unusable(service, _INCOMPLETE if plugin is None else fault)
            taken = _notify(plugin, message) if trusted else self._send_for_business(plugin, message)
        except KvittError:
            raise
        except Exception as error:  # noqa: BLE001 - what a service's own code raises may hold the address
            raise _not_sent(service) from _nameless(error)
        if not taken:
            raise _not_sent(service)

    def _send_for_business(self, plugin: "NotifyBase", message: Message) -> bool:
        """Send to where a business names."""
        from apprise.plugins.email.base import NotifyEmail

        if type(plugin) is NotifyEmail:
            send_mail(plugin, message, reach=self._reach, seconds=self._mail_seconds)
            return True
        return _notify(plugin, message)


def what_is_wrong(address: str, *, trusted: bool) -> str:
    """Return why nothing can be sent to an address, without anything of it; empty where something may arrive.

    Without `trusted` it is a business's, which is judged more strictly.
    """
    try:
        plugin = _plugin_of(address)
        return _INCOMPLETE if plugin is None else _fault_of(plugin, service_of(address), trusted=trusted)
    except Exception:  # noqa: BLE001 - what a service's own code raises may hold the address
        return _INCOMPLETE


def _fault_of(plugin: "NotifyBase", service: str, *, trusted: bool) -> str:
    """Return what is wrong with what apprise made of an address; empty where nothing is."""
    is_mail = hasattr(plugin, "cc")
    if is_mail and not getattr(plugin, "targets", True):
        return "names nobody: what it says in to is no e-mail address"
    if trusted:
        return ""
    from apprise.plugins.email.base import NotifyEmail

    if type(plugin) is NotifyEmail:
        return ""
    host = plugin.host if isinstance(plugin.host, str) else ""
    is_it = service != EMAIL and service in {service_of(f"{scheme}://x") for scheme in _schemes(plugin)}
    return "" if is_it and (service != TEAMS or is_microsofts(host)) else "is another service's"


def _plugin_of(address: str) -> "NotifyBase | None":
    """Return apprise's sender for an address; None where it can't be used. It takes a while the first time."""
    logging.getLogger("apprise").disabled = True
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(
        app_id="Kvitt",
        app_desc="Kvitt",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        http_redirects=False,
        allow_templates=False,
        storage_mode="memory",
        language="en",
    )
    logging.getLogger("apprise").disabled = True
    return Apprise.instantiate(address, asset=asset)


def _notify(plugin: "NotifyBase", message: Message) -> bool:
    from apprise import NotifyFormat, NotifyType

    return plugin.notify(
        body="\n".join(message.lines),
        title=message.title,
        notify_type=NotifyType.INFO,
        body_format=NotifyFormat.TEXT,
    )


def _schemes(plugin: "NotifyBase") -> set[str]:
    found: set[str] = set()
    for schemes in (plugin.protocol, plugin.secure_protocol):
        found |= {schemes} if isinstance(schemes, str) else set(schemes or ())
    return found


def _nameless(error: Exception) -> Exception:
    """Return an error that tells its kind, and nothing of what it says."""
    return RuntimeError(type(error).__name__)


def _not_sent(service: str) -> TryAgain:
    return TryAgain(
        f"{service} could not be reached, or did not take the message.",
        code="notice_not_sent",
        hint="See that the address is right and its service is up; kvitt notify test tries it.",
    )


def _unusable(service: str, fault: str) -> InvalidInput:
    return InvalidInput(
        f"Nothing can be sent to this address of {service}: it {fault}.",
        code="bad_notice_address",
        hint="Name another one; docs/notices.md shows what an address looks like.",
    )
