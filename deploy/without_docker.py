"""The Dockerfile where no Docker is: its steps, and the service in what they made.

python deploy/without_docker.py PICTURE      # as root, with bubblewrap (package bubblewrap)

RUN goes into an empty folder. The root of the file system is then that folder, this Python, and the
C libraries that both are linked to, and nothing else; it is read-only, without /tmp, without a
network but its own loopback, and the user is the Dockerfile's. The service runs there as process 1;
the health check must pass, one picture must be live or an attack, and SIGTERM must end it with 0.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
CHECK = """
import json, sys, http.client
connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=30)
key = open("/etc/spoofcue/key").read().strip()
headers = {"Authorization": f"Bearer {key}", "Content-Type": "image/jpeg"}
connection.request("POST", "/v1/checks", open("/etc/spoofcue/picture", "rb").read(), headers)
answer = connection.getresponse()
print(answer.status, json.loads(answer.read()).get("decision"))
"""


def instructions(text: str) -> list[tuple[str, str]]:
    """Each instruction of a Dockerfile with its arguments."""
    lines = re.sub(r"\\\n", " ", text).splitlines()
    return [
        (name, rest)
        for name, _, rest in (line.partition(" ") for line in lines)
        if name and name != "#"
    ]


def built(root: Path) -> dict[str, str]:
    """Run the first stage into ``root``; what the last stage says of the process."""
    said: dict[str, str] = {}
    for name, rest in instructions((HERE / "Dockerfile").read_text()):
        if name == "RUN":
            command = rest.replace("/opt/spoofcue", f"{root}/opt/spoofcue")
            command = re.sub(r"^python\b", shlex.quote(sys.executable), command)
            done = subprocess.run(
                ["sh", "-ec", command], cwd=HERE, capture_output=True, text=True, check=False
            )
            if done.returncode:
                sys.exit(f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        elif name == "COPY" and rest.startswith("deploy/"):
            source, target = rest.split()
            shutil.copy(HERE / source, root / target.lstrip("/"))
        elif name == "ENV":
            key, _, value = rest.partition("=")
            said[f"ENV {key}"] = value
        elif name == "HEALTHCHECK":
            said[name] = rest.partition("CMD ")[2]
        else:
            said[name] = rest
    return said


def libraries(root: Path) -> list[str]:
    """The system's libraries that what was installed is linked to, and this Python too."""
    base = Path(sys.base_prefix)
    linked = [*root.rglob("*.so*"), *base.glob("lib/*.so*"), *base.rglob("lib-dynload/*.so")]
    found = subprocess.run(
        ["ldd", sys.executable, *map(str, linked)], capture_output=True, text=True, check=False
    ).stdout
    if "not found" in found:
        missing = sorted({line.strip() for line in found.splitlines() if "not found" in line})
        sys.exit(f"libraries are missing: {missing}")
    paths = set(re.findall(r"(?:=> )?(/\S+) \(0x", found))
    return sorted(p for p in paths if not p.startswith((str(root), str(base))))


def main() -> None:
    picture = Path(sys.argv[1])
    tried = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
    why = subprocess.run(tried, capture_output=True, text=True, check=False)
    if why.returncode:
        print(f"NOT RUN: this machine makes no sandbox ({why.stderr.strip()})")
        return
    with tempfile.TemporaryDirectory() as temporary:
        os.chmod(temporary, 0o755)
        root = Path(temporary) / "root"
        (root / "etc/spoofcue").mkdir(parents=True)
        began = time.monotonic()
        said = built(root)
        size = sum(p.lstat().st_size for p in (root / "opt").rglob("*") if p.is_file())
        print(f"installed in {time.monotonic() - began:.0f} s: {size / 1e6:.0f} MB in /opt")
        user, group = map(int, said["USER"].split(":"))
        secrets = root / "etc/spoofcue"
        key = subprocess.run(
            [sys.executable, "-m", "spoofcue", "serve-key", "ci", "--keys", secrets / "keys.jsonl"],
            env={"PYTHONPATH": str(root / "opt/spoofcue")}, capture_output=True, text=True,
            check=True,
        ).stdout  # fmt: skip
        (secrets / "key").write_text(key)
        shutil.copy(picture, secrets / "picture")
        # they are root's, and so, in the user namespace of root alone, the service's own
        serve(root, said, user, group)


def serve(root: Path, said: dict[str, str], user: int, group: int) -> None:
    """The process of the image, in ``root``, and what it must do."""
    binds: list[str] = []
    for path in libraries(root):
        binds += ["--ro-bind", os.path.realpath(path), path]
    environment = {key[4:]: value for key, value in said.items() if key.startswith("ENV ")}
    arguments = [*json.loads(said["ENTRYPOINT"]), *json.loads(said["CMD"])]
    health = json.loads(said["HEALTHCHECK"])
    sets = [part for key, value in environment.items() for part in ("--setenv", key, value)]
    info_in, info_out = os.pipe()
    python = os.path.realpath(sys.executable)
    inside = [
        "bwrap", "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc",
        "--unshare-uts", "--uid", str(user), "--gid", str(group), "--as-pid-1",
        "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv",
        "--tmpfs", "/", "--ro-bind", str(root / "opt"), "/opt",
        "--ro-bind", str(root / "etc"), "/etc", "--ro-bind", sys.base_prefix, sys.base_prefix,
        *binds, "--proc", "/proc", "--dev", "/dev", "--remount-ro", "/", *sets,
        "--info-fd", str(info_out), python, *arguments[1:],
    ]  # fmt: skip
    began = time.monotonic()
    process = subprocess.Popen(inside, pass_fds=[info_out], stdin=subprocess.DEVNULL)
    os.close(info_out)
    with os.fdopen(info_in) as info:
        child = json.load(info)["child-pid"]

    def within(*command: str) -> subprocess.CompletedProcess[str]:
        entering = ["nsenter", "-t", str(child), "-U", "-m", "-n", "-p", "--preserve-credentials"]
        return subprocess.run(
            [*entering, python, *command], env=environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    try:
        while within(*health[1:]).returncode:
            if process.poll() is not None or time.monotonic() - began > 60:
                sys.exit("the service did not become healthy")
            time.sleep(0.2)
        print(f"healthy after {time.monotonic() - began:.1f} s")
        status = Path(f"/proc/{child}/status").read_text()
        assert re.search(r"^NSpid:.*\t1$", status, re.MULTILINE), "it is not process 1"
        assert re.search(r"^CapEff:\t0+$", status, re.MULTILINE), "it has capabilities"
        tried = within("-c", "open('/etc/spoofcue/x', 'w')").stderr
        assert "Read-only file system" in tried, tried
        answer = within("-c", CHECK)
        print(f"a check: {answer.stdout.strip()}{answer.stderr}")
        assert answer.stdout.split() in (["200", "live"], ["200", "attack"])
        began = time.monotonic()
        os.kill(child, signal.SIGTERM)
        assert process.wait(30) == 0, f"SIGTERM ended it with {process.returncode}"
        print(f"SIGTERM: status 0 after {time.monotonic() - began:.1f} s")
    finally:
        process.kill()


if __name__ == "__main__":
    main()
