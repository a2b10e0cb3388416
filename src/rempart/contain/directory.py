"""LDAP and Active Directory: the account locked where the hospital keeps it.

Takes ``block`` and ``reinstate``. In Active Directory bit 2 (ACCOUNTDISABLE) of ``userAccountControl`` is
set or cleared, the rest kept; in OpenLDAP with the password policy overlay ``pwdAccountLockedTime`` is set
to the value that only an administrator lifts, or taken away. Misses: Kerberos tickets already out, good
for some hours; bind caches.

Follows RFC 4511 (modify), draft-behera-ldap-password-policy (5.3.3), MS-ADTS 2.2.16.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import ldap3
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars

from rempart.errors import EffectorError, EffectorRefused
from rempart.records import Command

TIMEOUT_S = 5
DISABLED = 2
LOCKED_FOR_GOOD = "000001010000Z"


class Directory:
    """One directory, as an account that may change the others."""

    name = "directory"
    verbs = frozenset({"block", "reinstate"})

    def __init__(self, url: str, user: str, password: str, base: str, attribute: str, kind: str) -> None:
        self._server = ldap3.Server(url, get_info=ldap3.NONE, connect_timeout=TIMEOUT_S)
        self._user, self._password = user, password
        self._base, self._attribute = base, attribute
        self._mark = "userAccountControl" if kind == "ad" else "pwdAccountLockedTime"

    def carry_out(self, command: Command) -> None:
        """Lock or unlock the account. EffectorError unless the directory did it."""
        with self._connected() as connection:
            name, marks = self._find(connection, command.account)
            change = self._change(command.verb == "block", marks)
            if change is not None and not connection.modify(name, {self._mark: [change]}):
                said = connection.result["description"]
                raise EffectorError(f"the directory refused the change ({said})", "check the rights")

    def _find(self, connection: ldap3.Connection, account: str) -> tuple[str, list[str]]:
        asked = f"({self._attribute}={escape_filter_chars(account)})"
        connection.search(self._base, asked, attributes=[self._attribute, self._mark])
        found = [each for each in connection.response or [] if each.get("type") == "searchResEntry"]
        if len(found) != 1:
            raise EffectorRefused(
                f"the directory knows {len(found)} such accounts", "check contain.ldap_base"
            )
        kept = found[0]["raw_attributes"].get(self._mark) or []
        return found[0]["dn"], [each.decode("utf-8", "replace") for each in kept]

    def _change(self, block: bool, marks: list[str]) -> tuple[str, list[str]] | None:
        """The modification that makes it so; None where it is so already."""
        if self._mark == "pwdAccountLockedTime":
            if block:
                return None if marks == [LOCKED_FOR_GOOD] else (ldap3.MODIFY_REPLACE, [LOCKED_FOR_GOOD])
            return (ldap3.MODIFY_DELETE, []) if marks else None
        if not marks or not marks[0].isdigit():
            raise EffectorRefused("the account has no userAccountControl", "set contain.ldap_kind = openldap")
        before = int(marks[0])
        after = before | DISABLED if block else before & ~DISABLED
        return None if after == before else (ldap3.MODIFY_REPLACE, [str(after)])

    @contextmanager
    def _connected(self) -> Iterator[ldap3.Connection]:
        try:
            connection = ldap3.Connection(
                self._server, self._user, self._password, receive_timeout=TIMEOUT_S, check_names=False
            )
            if not connection.bind():
                raise EffectorError("the directory refused the login", "check contain.ldap_user")
            try:
                yield connection
            finally:
                connection.unbind()
        except LDAPException as error:
            raise EffectorError(
                f"the directory did not answer ({type(error).__name__})", "it is asked again"
            ) from error
