"""A directory over LDAP (ldaptor's server, in memory), run as a process of its own.

``python directory_server.py PORT``. Accounts below ``ou=staff,dc=hospital,dc=example``; ``cn=rempart``
with the password ``directory secret`` may change them. Schema-free: it takes the attributes of OpenLDAP's
password policy and of Active Directory alike.
"""

from __future__ import annotations

import sys
from io import BytesIO

from ldaptor.inmemory import fromLDIFFile
from ldaptor.interfaces import IConnectedLDAPEntry
from ldaptor.protocols.ldap.ldapserver import LDAPServer
from twisted.internet import reactor
from twisted.internet.protocol import ServerFactory
from twisted.python.components import registerAdapter

LDIF = b"""\
dn: dc=example
dc: example
objectClass: dcObject

dn: dc=hospital,dc=example
dc: hospital
objectClass: dcObject

dn: cn=rempart,dc=hospital,dc=example
cn: rempart
objectClass: person
userPassword: directory secret

dn: ou=staff,dc=hospital,dc=example
ou: staff
objectClass: organizationalUnit

dn: uid=dr-martin,ou=staff,dc=hospital,dc=example
uid: dr-martin
objectClass: inetOrgPerson
userAccountControl: 66048

dn: uid=dr-petit,ou=staff,dc=hospital,dc=example
uid: dr-petit
employeeNumber: 810001234567
objectClass: inetOrgPerson
userAccountControl: 66048

"""


class Factory(ServerFactory):
    protocol = LDAPServer

    def __init__(self, root: object) -> None:
        self.root = root


def main() -> None:
    registerAdapter(lambda factory: factory.root, Factory, IConnectedLDAPEntry)

    def serve(root: object) -> None:
        reactor.listenTCP(int(sys.argv[1]), Factory(root), interface="127.0.0.1")
        print("ready", flush=True)

    fromLDIFFile(BytesIO(LDIF)).addCallback(serve)
    reactor.run()


if __name__ == "__main__":
    main()
