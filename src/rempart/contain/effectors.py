"""Every place where an account can be closed, in one tuple, and which of them a site uses.

Reads the section ``[contain]`` of the settings; gives the effectors in use. In a dry run that is the dry
run alone. Misses nothing: an effector is in use where its address is set.
"""

from __future__ import annotations

from collections.abc import Callable

from rempart.contain.delivery import Effector
from rempart.contain.directory import Directory
from rempart.contain.dry_run import DryRun
from rempart.contain.keycloak import Keycloak
from rempart.contain.logout import Logout
from rempart.contain.revocation import Revocation
from rempart.contain.scim import Scim
from rempart.contain.secret_file import read_secret
from rempart.contain.webhook import Webhook
from rempart.serve_settings import Contain

EFFECTORS: tuple[type[Effector], ...] = (DryRun, Webhook, Keycloak, Revocation, Logout, Scim, Directory)


def effectors_of(site: Contain, clock_ms: Callable[[], int], tell: Callable[[str], None]) -> list[Effector]:
    """The effectors a site has chosen. KeyFileError where a secret cannot be read."""
    if site.dry_run == "yes":
        return [DryRun(tell)]
    chosen: list[Effector] = []
    if site.webhook_url:
        chosen.append(Webhook(site.webhook_url, read_secret(site.webhook_secret_file), clock_ms))
    if site.keycloak_url:
        secret = read_secret(site.keycloak_secret_file)
        chosen.append(
            Keycloak(
                site.keycloak_url, site.keycloak_realm, site.keycloak_client, secret, site.keycloak_attribute
            )
        )
    if site.revocation_url:
        secret = read_secret(site.revocation_secret_file)
        chosen.append(Revocation(site.revocation_url, site.revocation_client, secret))
    if site.logout_urls:
        key = read_secret(site.logout_key_file)
        chosen.append(Logout(site.logout_urls, site.logout_issuer, site.logout_audience, key, clock_ms))
    if site.scim_url:
        chosen.append(Scim(site.scim_url, read_secret(site.scim_token_file), site.scim_attribute))
    if site.ldap_url:
        password = read_secret(site.ldap_password_file)
        chosen.append(
            Directory(
                site.ldap_url, site.ldap_user, password, site.ldap_base, site.ldap_attribute, site.ldap_kind
            )
        )
    return chosen
