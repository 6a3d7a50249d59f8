"""Stand-ins for the object stores, started here, each with a bucket: moto, an emulator, Azurite."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pyarrow import fs

from spoofcue.shards import addresses

BUCKET = "bucket"
# the account that Azurite's documentation names; it is no secret
AZURITE = (
    "AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UV"
    "ErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;BlobEndpoint={url}/devstoreaccount1"
)
# its own server answers one request at a time, and Arrow leaves a read open beside the next
GOOGLE = f"""
import logging
from functools import partial
from http.server import ThreadingHTTPServer
from gcp_storage_emulator.handlers.buckets import create_bucket
from gcp_storage_emulator.server import RequestHandler
from gcp_storage_emulator.storage import Storage
logging.disable()
storage = Storage(use_memory_fs=True)
create_bucket({BUCKET!r}, storage)
server = ThreadingHTTPServer(("127.0.0.1", 0), partial(RequestHandler, storage))
print(server.server_port, flush=True)
server.serve_forever()
"""
VARIABLES = ("AWS_ENDPOINT_URL", "STORAGE_EMULATOR_HOST", "AZURE_STORAGE_CONNECTION_STRING")


@contextmanager
def store_of(scheme: str) -> Iterator[fs.FileSystem]:
    """A store in memory, which this process and all that it starts find at SCHEME://bucket."""
    started = {"s3": _moto, "gs": _google, "az": _azurite}[scheme]
    with started() as variables, pytest.MonkeyPatch.context() as patch:
        for name in VARIABLES:
            patch.delenv(name, raising=False)
        for name, value in variables.items():
            patch.setenv(name, value)
        addresses._file_system.cache_clear()
        made, _ = addresses.opened(f"{scheme}://{BUCKET}")
        if scheme == "s3":  # the command itself makes none
            made, _ = fs.FileSystem.from_uri(f"s3://{BUCKET}/key?allow_bucket_creation=true")
        if scheme != "gs":
            made.create_dir(BUCKET)
        yield made
        addresses._file_system.cache_clear()


@contextmanager
def _moto() -> Iterator[dict[str, str]]:
    moto = pytest.importorskip("moto.server")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "made-up",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    server.stop()


@contextmanager
def _google() -> Iterator[dict[str, str]]:
    pytest.importorskip("gcp_storage_emulator")
    # in a process of its own: Arrow's client keeps this one's interpreter while it waits
    process = subprocess.Popen([sys.executable, "-c", GOOGLE], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield {"STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{process.stdout.readline().strip()}"}
    process.kill()
    process.communicate()


@contextmanager
def _azurite() -> Iterator[dict[str, str]]:
    program = os.environ.get("AZURITE") or shutil.which("azurite-blob")
    if program is None:
        pytest.skip("needs Azurite: npm install azurite, and AZURITE=PATH_OF/azurite-blob")
    call = [program, "--inMemoryPersistence", "--blobPort", "0", "--skipApiVersionCheck"]
    call += ["--disableTelemetry", "--silent"]
    process = subprocess.Popen(call, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = next(line for line in process.stdout if "listens on" in line).split()[-1]
    yield {"AZURE_STORAGE_CONNECTION_STRING": AZURITE.format(url=url)}
    process.kill()
    process.communicate()
