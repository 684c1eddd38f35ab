"""What may be negotiated with an SFTP server: what is safe today; what is old only where a setting names it. Pure."""

from collections.abc import Iterable

_EXCHANGES = (
    *("curve25519-sha256", "curve25519-sha256@libssh.org"),
    *("ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521"),
    *("diffie-hellman-group-exchange-sha256", "diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512"),
    "diffie-hellman-group14-sha256",
)
_CIPHERS = (
    *("chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com"),
    *("aes256-ctr", "aes192-ctr", "aes128-ctr"),
)
_MACS = (
    *("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com"),
    *("hmac-sha2-256", "hmac-sha2-512"),
)
_SIGNATURES = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521")
_RSA = ("rsa-sha2-512", "rsa-sha2-256")


def negotiable(host_keys: Iterable[str], old: Iterable[str]) -> dict[str, list[str]]:
    """Each list with the best first; only kinds of host keys that are pinned, because another would not be believed."""
    named = set(old)
    rsa = [*_RSA, *(["ssh-rsa"] if "ssh-rsa" in named else [])]
    kinds = dict.fromkeys(key.partition(" ")[0] for key in host_keys)
    return {
        "kex_algs": [*_EXCHANGES, *sorted(one for one in named if one.startswith("diffie-"))],
        "encryption_algs": [*_CIPHERS, *sorted(one for one in named if one.endswith("-cbc"))],
        "mac_algs": [*_MACS, *sorted(one for one in named if one.startswith("hmac-"))],
        "server_host_key_algs": [one for kind in kinds for one in (rsa if kind == "ssh-rsa" else [kind])],
        "signature_algs": [*_SIGNATURES, *rsa],
    }
