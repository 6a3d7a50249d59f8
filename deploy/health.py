"""Exit status 0 if the service of this container judges; a slim image has no curl."""

import http.client
import os
import ssl
import sys

port = int(os.environ.get("SPOOFCUE_PORT", "8000"))
if "SPOOFCUE_TLS_CERT" in os.environ:
    # to itself: the certificate names the service's own host and not this address
    unverified = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=3, context=unverified)
else:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
try:
    connection.request("GET", "/readyz")
    sys.exit(connection.getresponse().status != 200)
except OSError:
    sys.exit(1)
