"""make.py FOLDER: new secrets for one installation, for PEIYU_SECRETS to name. What is there already stays.

Every file has the name by which a container looks for it. The folder is its owner's alone; the files in it can be read
by all, because containers get them one by one and run as users of their own.
"""

import hashlib
import json
import secrets
import sys
from base64 import b64encode
from pathlib import Path

SERVICES = ("profile", "changes", "reviews", "notifier")
BROKER_USERS = (*SERVICES, "topology")


def password_hash(password: str, salt: bytes) -> str:
    """As RabbitMQ keeps it: the salt of four bytes, and SHA-256 over it and the password."""
    return b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(name: str, content: str) -> str:
        file = folder / name
        if not file.exists():
            file.write_text(f"{content}\n")
            file.chmod(0o444)
        return file.read_text().strip()

    for name in ("postgres_password", "portal_session_key", "portal_client_secret", "grafana_password"):
        keep(name, secrets.token_hex(32))
    for service in SERVICES:
        keep(f"{service}_database_url", f"postgresql+asyncpg://{service}:{secrets.token_hex(24)}@postgres/{service}")
    keep("notifier_smtp_password", "")  # to be filled in, where the mail server asks for one
    passwords = {}
    for user in BROKER_USERS:
        url = keep(f"{user}_amqp_url", f"amqp://{user}:{secrets.token_hex(24)}@rabbitmq/peiyu")
        passwords[user] = url.partition("@")[0].rpartition(":")[2]
    users = [
        {
            "name": user,
            "password_hash": password_hash(password, secrets.token_bytes(4)),
            "hashing_algorithm": "rabbit_password_hashing_sha256",
            "tags": [],
        }
        for user, password in passwords.items()
    ]
    (folder / "rabbitmq_users.json").unlink(missing_ok=True)
    keep("rabbitmq_users.json", json.dumps({"users": users}, indent=1))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    make(Path(sys.argv[1]))
