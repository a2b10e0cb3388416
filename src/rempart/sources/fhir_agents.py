"""Who acted, from where, with what: the agents of an AuditEvent.

Reads: the decoded AuditEvent. Gives: the account (the agent with ``requestor: true``) or why it is
unknown, its security role, the client's address and software, the token id. An address is one that
says it is an IP (``network.type`` 2) or, where no type is said, looks like one; a URI (type 5)
marks a server. Misses: machine names (type 1), and software named only by its identifier.

Follows HL7 FHIR AuditEvent.agent R4/R4B (network) and R5 (network[x]), IHE BALP (token id in policy).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rempart.sources.fhir_words import (
    clean_name,
    clean_text,
    code_of,
    dict_of,
    list_of,
    looks_like_ip,
    name_account,
    name_who,
    text_of,
)

NO_AGENT = "no_agent"
NO_REQUESTOR = "no_requestor"
UNNAMED = "unnamed"
NO_TOKEN = ("http://", "https://", "urn:oid:")
"""A policy that begins so names a consent or rule book, not a token."""

SESSION_WORDS = ("session", "sessionid", "session-id", "session_id")
"""An extension whose ``url`` ends so carries a session id."""


@dataclass(frozen=True, slots=True)
class Who:
    """What the agents say; empty strings where they do not."""

    account: str
    unknown: str
    role: str
    address: str
    software: str
    token: str
    session: str


def read_agents(event: dict[str, Any]) -> Who:
    """Find account, role, address, software and token id in the agents of ``event``."""
    agents = [agent for agent in list_of(event.get("agent")) if type(agent) is dict]
    requestors = [agent for agent in agents if agent.get("requestor") is True]
    named = next((agent for agent in requestors if _name_of(agent)), None)
    own = named if named is not None else (requestors[0] if requestors else {})
    others = [agent for agent in agents if agent.get("requestor") is not True]
    account = name_account(_name_of(own)) if named is not None else ""
    unknown = "" if account else UNNAMED if requestors else NO_REQUESTOR if agents else NO_AGENT
    addresses = [_address_of(own), *map(_address_of, others)]
    return Who(
        account=account,
        unknown=unknown,
        role=clean_text(_role_of(own)),
        address=clean_text(next(filter(None, addresses), "")),
        software=clean_text(_software_of(own, others)),
        token=clean_name(_token_of(own)),
        session=read_session_extension(own.get("extension")),
    )


def _name_of(agent: dict[str, Any]) -> str:
    return name_who(dict_of(agent.get("who"))) or text_of(agent.get("altId"))


def _role_of(agent: dict[str, Any]) -> str:
    roles = list_of(agent.get("role"))
    first = dict_of(roles[0]) if roles else {}
    return code_of(first) or text_of(first.get("text"))


def _address_of(agent: dict[str, Any]) -> str:
    network = dict_of(agent.get("network"))
    address, kind = text_of(network.get("address")), text_of(network.get("type"))
    if address and (kind == "2" or (not kind and looks_like_ip(address))):
        return address
    endpoint = dict_of(agent.get("networkReference"))
    identifier = dict_of(endpoint.get("identifier"))
    for value in (
        agent.get("networkString"),
        agent.get("networkUri"),
        endpoint.get("display"),
        identifier.get("value"),
    ):
        if looks_like_ip(text_of(value)):
            return text_of(value)
    return ""


def _is_server(agent: dict[str, Any]) -> bool:
    return dict_of(agent.get("network")).get("type") == "5" or bool(text_of(agent.get("networkUri")))


def _software_of(own: dict[str, Any], others: list[dict[str, Any]]) -> str:
    """A client's name, else the display of one with an address, else the requestor agent's name."""
    clients = [agent for agent in others if not _is_server(agent)]
    for client in clients:
        if text_of(client.get("name")):
            return text_of(client["name"])
    for client in clients:
        display = text_of(dict_of(client.get("who")).get("display"))
        if display and _address_of(client):
            return display
    return text_of(own.get("name"))


def _token_of(agent: dict[str, Any]) -> str:
    for policy in list_of(agent.get("policy")):
        if text_of(policy) and not policy.startswith(NO_TOKEN):
            return text_of(policy)
    return ""


def read_session_extension(extensions: Any) -> str:
    """The session id an extension carries: its ``url`` ends in a word for session."""
    for extension in list_of(extensions):
        if type(extension) is not dict:
            continue
        if text_of(extension.get("url")).lower().endswith(SESSION_WORDS):
            for key in ("valueString", "valueId", "valueUri", "valueUuid", "valueCode"):
                if text_of(extension.get(key)):
                    return clean_name(extension[key])
            value = text_of(dict_of(extension.get("valueIdentifier")).get("value"))
            if value:
                return clean_name(value)
    return ""
