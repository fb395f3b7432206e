"""SOAP 1.1 and 1.2 envelopes: read a request, write an answer or a fault in the version that was asked.

Knows nothing of what the messages are about.
"""

import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from sandbox.twentyfour_seven_office.refusals import CallRefusedError, UnreadableRequestError


@dataclass(frozen=True)
class Version:
    """A version of SOAP, with what differs on the wire."""

    number: str
    namespace: str
    media_type: str

    @property
    def content_type(self) -> str:
        """The Content-Type of an answer."""
        return f"{self.media_type}; charset=utf-8"


SOAP_11 = Version("1.1", "http://schemas.xmlsoap.org/soap/envelope/", "text/xml")
SOAP_12 = Version("1.2", "http://www.w3.org/2003/05/soap-envelope", "application/soap+xml")


_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_STAND_INS = 0xF0000  # private use: nobody's names hold these
_STAND_IN = re.compile("[\U000f0000-\U000fffff]")


def version_of(content_type: str) -> Version | None:
    """The version that a request's Content-Type stands for; None when it is not SOAP."""
    media_type = content_type.split(";")[0].strip().lower()
    return {version.media_type: version for version in (SOAP_11, SOAP_12)}.get(media_type)


def action_of(version: Version, content_type: str, soap_action: str | None) -> str:
    """The action a request names: a header in SOAP 1.1, a parameter of the Content-Type in 1.2."""
    if version is SOAP_11:
        return (soap_action or "").strip().strip('"')
    named = re.search(r';\s*action="?([^";]+)"?', content_type, re.IGNORECASE)
    return named[1] if named else ""


def read(version: Version, body: bytes) -> tuple[Any, Any]:
    """The whole envelope and the one element of its body.

    Errors: UnreadableRequestError. A document type is refused whatever is in it: entities have no place here.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root: Any = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise UnreadableRequestError(
            f"System.Web.Services.Protocols.SoapException: Server was unable to read request. ---> {exc}"
        ) from exc
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableRequestError(
            "System.Web.Services.Protocols.SoapException: Server was unable to read request. ---> "
            "For security reasons DTD is prohibited in this XML document."
        )
    if root.tag != f"{{{version.namespace}}}Envelope":
        raise UnreadableRequestError("Possible SOAP version mismatch: the envelope's namespace is unexpected.")
    payload = root.find(f"{{{version.namespace}}}Body/*")
    if payload is None:
        raise UnreadableRequestError("The SOAP body holds no request.")
    return root, payload


def shown(text: str) -> str:
    """The text as an answer holds it until it is written: what XML forbids is written as a reference, as .NET does."""
    return _FORBIDDEN.sub(lambda sign: chr(_STAND_INS + ord(sign[0])), text)


def with_answer(version: Version, answer: Any) -> bytes:
    """An envelope around an answer."""
    envelope, body = _new(version)
    body.append(answer)
    written = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
    return _STAND_IN.sub(lambda sign: f"&#x{ord(sign[0]) - _STAND_INS:X};", written.decode()).encode()


def with_fault(version: Version, refusal: CallRefusedError) -> bytes:
    """An envelope around a fault; the blame is put in that version's words."""
    envelope, body = _new(version)
    soap = f"{{{version.namespace}}}"
    fault = etree.SubElement(body, f"{soap}Fault")
    if version is SOAP_11:
        etree.SubElement(fault, "faultcode").text = "soap:Client" if refusal.by_caller else "soap:Server"
        etree.SubElement(fault, "faultstring").text = refusal.text
        etree.SubElement(fault, "detail")
    else:
        code = etree.SubElement(etree.SubElement(fault, f"{soap}Code"), f"{soap}Value")
        code.text = "soap:Sender" if refusal.by_caller else "soap:Receiver"
        text = etree.SubElement(etree.SubElement(fault, f"{soap}Reason"), f"{soap}Text")
        text.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
        text.text = refusal.text
        etree.SubElement(fault, f"{soap}Detail")
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


def _new(version: Version) -> tuple[Any, Any]:
    names = {
        "soap": version.namespace,
        "xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "xsd": "http://www.w3.org/2001/XMLSchema",
    }
    envelope = etree.Element(f"{{{version.namespace}}}Envelope", nsmap=names)
    return envelope, etree.SubElement(envelope, f"{{{version.namespace}}}Body")
