"""Azure's storage account, as its own programs' environment variables name it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

ACCOUNT = "AZURE_STORAGE_ACCOUNT"
KEY = "AZURE_STORAGE_KEY"
TOKEN = "AZURE_STORAGE_SAS_TOKEN"
CONNECTION = "AZURE_STORAGE_CONNECTION_STRING"


def azure_account(environment: Mapping[str, str]) -> dict[str, str]:
    """What Arrow's file system of Azure is made with.

    A connection string goes before the single variables. Where neither names a key nor a token,
    Azure's own search begins: the role of the machine, or who is logged in.

    Args:
        environment: the variables.

    Raises:
        ValueError: no account is named, or the connection string is none.

    """
    said = _parts(environment.get(CONNECTION, ""))
    account = said.get("AccountName") or environment.get(ACCOUNT)
    if not account:
        raise ValueError(f"set {ACCOUNT} to the name of the storage account")
    made = {"account_name": account}
    key = said.get("AccountKey") or environment.get(KEY)
    token = said.get("SharedAccessSignature") or environment.get(TOKEN)
    if key:
        made["account_key"] = key
    elif token:
        made["sas_token"] = token if token.startswith("?") else f"?{token}"
    return made | _where(said)


def _where(said: Mapping[str, str]) -> dict[str, str]:
    """Another cloud of Azure's, or one that stands in for it."""
    if endpoint := said.get("BlobEndpoint"):
        url = urlsplit(endpoint)
        made = dict.fromkeys(("blob_storage_authority", "dfs_storage_authority"), url.netloc)
        return made | dict.fromkeys(("blob_storage_scheme", "dfs_storage_scheme"), url.scheme)
    if suffix := said.get("EndpointSuffix"):
        return {f"{kind}_storage_authority": f".{kind}.{suffix}" for kind in ("blob", "dfs")}
    return {}


def _parts(connection: str) -> dict[str, str]:
    parts = [part.partition("=") for part in connection.split(";") if part]
    if not all(name and value for name, _, value in parts):
        raise ValueError(f"{CONNECTION} is not a list of NAME=VALUE, separated by ';'")
    return {name: value for name, _, value in parts}
