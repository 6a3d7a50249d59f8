"""A model hub on this machine: as much of the Hugging Face hub's HTTP API as its client uses.

Repositories are made, files sent inline or by Git LFS (basic transfer), committed, listed and
served with the headers that the client's cache goes by. No Xet: set HF_HUB_DISABLE_XET.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import yaml

TOKEN = "hf_of_the_owner"
LICENCES = {"apache-2.0", "mit", "other"}


@dataclass
class Repository:
    name: str
    private: bool = False
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    lfs: set[str] = field(default_factory=set)  # names that came by LFS

    def commit(self, branch: str, files: dict[str, bytes], message: str) -> str:
        content = repr((sorted(files.items()), len(self.messages))).encode()
        oid = hashlib.sha1(content).hexdigest()
        self.commits[oid], self.branches[branch] = files, oid
        self.messages.append(message)
        return oid

    def at(self, revision: str) -> str | None:
        return revision if revision in self.commits else self.branches.get(revision)

    @property
    def files(self) -> dict[str, bytes]:
        """Of the main branch; a test may alter them."""
        return self.commits[self.branches["main"]]


@dataclass
class Hub:
    url: str = ""
    inline_limit: int = 100  # bytes; larger files go by LFS
    repositories: dict[str, Repository] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)  # "METHOD path"


@contextmanager
def running_hub() -> Iterator[Hub]:
    hub = Hub()

    class Bound(_Handler):
        state = hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Bound)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    state: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._route("GET")

    def do_HEAD(self) -> None:
        self._route("HEAD")

    def do_POST(self) -> None:
        self._route("POST")

    def do_PUT(self) -> None:
        self._route("PUT")

    def _route(self, method: str) -> None:
        split = urlsplit(self.path)
        path, self.query = unquote(split.path), parse_qs(split.query)
        self.state.asked.append(f"{method} {path}")
        self.body = self._read_body()
        if path == "/api/repos/create":
            return self._create(json.loads(self.body))
        if path == "/api/validate-yaml":
            return self._validate(json.loads(self.body)["content"])
        if match := re.fullmatch(r"/lfs/(\w+)", path):
            return self._object(method, match[1])
        for pattern, act in (
            (r"/api/models/([^/]+/[^/]+)(?:/revision/(.+))?", self._info),
            (r"/api/models/([^/]+/[^/]+)/tree/([^/]+)", self._tree),
            (r"/api/models/([^/]+/[^/]+)/preupload/(.+)", self._preupload),
            (r"/api/models/([^/]+/[^/]+)/branch/(.+)", self._branch),
            (r"/api/models/([^/]+/[^/]+)/commit/(.+)", self._commit),
            (r"/([^/]+/[^/]+)\.git/info/lfs/objects/(batch)", self._batch),
            (r"/([^/]+/[^/]+)/resolve/([^/]+/.+)", self._resolve),
        ):
            if match := re.fullmatch(pattern, path):
                return self._in_repository(method, act, match[1], match[2] or "main")
        return self._json(404, {"error": f"no such page: {path}"})

    def _in_repository(self, method: str, act: Any, name: str, rest: str) -> None:
        repository = self.state.repositories.get(name)
        if repository is None or (repository.private and not self._is_owner):
            # as the hub does: strangers learn nothing of private repositories
            return self._json(404 if self._is_owner else 401, {}, code="RepoNotFound")
        if method in ("POST", "PUT") and not self._is_owner:
            return self._json(401, {"error": "Invalid username or password."})
        return act(repository, rest)

    @property
    def _is_owner(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {TOKEN}"

    def _create(self, asked: dict[str, Any]) -> None:
        if not self._is_owner:
            return self._json(401, {"error": "Invalid username or password."})
        name = f"{asked['organization']}/{asked['name']}"
        answer = {"url": f"{self.state.url}/{name}"}
        if name in self.state.repositories:
            return self._json(409, answer | {"error": "You already created this model repo"})
        private = asked.get("private") or asked.get("visibility") == "private"
        made = self.state.repositories[name] = Repository(name, bool(private))
        made.commit("main", {".gitattributes": b"*.onnx filter=lfs\n"}, "initial commit")
        return self._json(200, answer)

    def _validate(self, content: str) -> None:
        head = re.match(r"---\n(.*?)\n---\n", content, re.DOTALL)
        fields = yaml.safe_load(head[1]) if head else {}
        wrong = [
            name
            for name, good in (
                ("license", fields.get("license") in LICENCES),
                ("library_name", isinstance(fields.get("library_name"), str)),
                ("tags", all(isinstance(t, str) for t in fields.get("tags", [0]))),
            )
            if not good
        ]
        errors = [{"message": f"{name} is not valid"} for name in wrong]
        self._json(400 if wrong else 200, {"errors": errors, "warnings": []})

    def _info(self, repository: Repository, revision: str) -> None:
        oid = repository.at(revision)
        if oid is None:
            return self._json(404, {}, code="RevisionNotFound")
        names = [{"rfilename": name} for name in repository.commits[oid]]
        answer = {"_id": "1", "id": repository.name, "sha": oid, "siblings": names}
        return self._json(200, answer | {"private": repository.private, "tags": []})

    def _tree(self, repository: Repository, revision: str) -> None:
        oid = repository.at(revision)
        if oid is None:
            return self._json(404, {}, code="RevisionNotFound")
        entries = []
        for name, data in repository.commits[oid].items():
            entry = {"type": "file", "path": name, "size": len(data), "oid": _blob(data)}
            if name in repository.lfs:
                sha = hashlib.sha256(data).hexdigest()
                entry["lfs"] = {"oid": sha, "size": len(data), "pointerSize": 130}
            entries.append(entry)
        return self._json(200, entries)

    def _preupload(self, repository: Repository, revision: str) -> None:
        there = repository.commits.get(repository.at(revision) or "", {})
        answers = [
            {
                "path": f["path"],
                "uploadMode": "lfs" if f["size"] > self.state.inline_limit else "regular",
                "shouldIgnore": False,
                "oid": _blob(there[f["path"]]) if f["path"] in there else None,
            }
            for f in json.loads(self.body)["files"]
        ]
        self._json(200, {"files": answers})

    def _branch(self, repository: Repository, branch: str) -> None:
        if branch in repository.branches:
            return self._json(409, {"error": "Reference already exists"})
        repository.branches[branch] = repository.branches["main"]
        return self._json(200, {})

    def _batch(self, repository: Repository, _: str) -> None:
        objects = []
        for asked in json.loads(self.body)["objects"]:
            entry: dict[str, Any] = {"oid": asked["oid"], "size": asked["size"]}
            if asked["oid"] not in self.state.objects:
                entry["actions"] = {"upload": {"href": f"{self.state.url}/lfs/{asked['oid']}"}}
            objects.append(entry)
        self._json(200, {"transfer": "basic", "objects": objects})

    def _object(self, method: str, oid: str) -> None:
        if method == "PUT":
            if hashlib.sha256(self.body).hexdigest() != oid:
                return self._json(400, {"error": "the object is not what its id says"})
            self.state.objects[oid] = self.body
            return self._json(200, {})
        return self._send(200, self.state.objects[oid], {"ETag": f'"{oid}"'})

    def _commit(self, repository: Repository, branch: str) -> None:
        files = dict(repository.commits[repository.branches[branch]])
        message = ""
        for line in self.body.splitlines():
            entry = json.loads(line)
            value = entry["value"]
            if entry["key"] == "header":
                message = value["summary"]
            elif entry["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
                repository.lfs.discard(value["path"])
            elif entry["key"] == "lfsFile":
                files[value["path"]] = self.state.objects[value["oid"]]
                repository.lfs.add(value["path"])
            elif entry["key"] == "deletedFile":
                del files[value["path"]]
        oid = repository.commit(branch, files, message)
        url = f"{self.state.url}/{repository.name}/commit/{oid}"
        self._json(200, {"commitOid": oid, "commitUrl": url, "success": True})

    def _resolve(self, repository: Repository, rest: str) -> None:
        revision, _, name = rest.partition("/")
        oid = repository.at(revision)
        if oid is None:
            return self._json(404, {}, code="RevisionNotFound")
        if name not in repository.commits[oid]:
            return self._json(404, {}, code="EntryNotFound", headers={"X-Repo-Commit": oid})
        data = repository.commits[oid][name]
        if name not in repository.lfs:
            return self._send(200, data, {"ETag": f'"{_blob(data)}"', "X-Repo-Commit": oid})
        sha = hashlib.sha256(data).hexdigest()
        self.state.objects[sha] = data
        linked = {"X-Linked-Etag": f'"{sha}"', "X-Linked-Size": str(len(data))}
        # large files lie with another host, which the client must not ask for the metadata
        store = self.state.url.replace("127.0.0.1", "localhost")
        where = {"Location": f"{store}/lfs/{sha}", "X-Repo-Commit": oid}
        return self._send(302, b"", linked | where)

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _json(
        self, status: int, value: Any, code: str = "", headers: dict[str, str] | None = None
    ) -> None:
        fields = {"Content-Type": "application/json", **(headers or {})}
        if code:
            fields |= {"X-Error-Code": code}
        self._send(status, json.dumps(value).encode(), fields)

    def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def _blob(data: bytes) -> str:
    """Git's name of a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
