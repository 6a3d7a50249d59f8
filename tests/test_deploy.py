"""What ships around the service names settings, paths, ports and metrics that there are."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from helpers.called_service import Caller, as_png, bearer, face_png, keys_file
from spoofcue.serving.server import DRAIN_S
from spoofcue.serving.settings import PREFIX, ServiceSettings, gathered

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
sys.path.insert(0, str(DEPLOY))
from without_docker import instructions  # noqa: E402

DOCKERFILE = instructions((ROOT / "Dockerfile").read_text())
ENVIRONMENT = dict(rest.split("=", 1) for name, rest in DOCKERFILE if name == "ENV")
LONGEST = ServiceSettings().body_seconds + ServiceSettings().check_seconds + DRAIN_S


def said(name: str) -> str:
    """Of the last stage."""
    return [rest for instruction, rest in DOCKERFILE if instruction == name][-1]


def documents(path: str) -> list[Any]:
    return list(yaml.safe_load_all((ROOT / path).read_text()))


def in_force(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> ServiceSettings:
    """The settings that an environment makes, in which every variable of ours is one."""
    for name, value in environment.items():
        if name.startswith(PREFIX):
            assert name.removeprefix(PREFIX).lower() in ServiceSettings.model_fields, name
            monkeypatch.setenv(name, value)
    settings, _ = gathered({})
    settings.check()
    return settings


def test_the_image_is_closed_and_not_roots(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = in_force(monkeypatch, ENVIRONMENT)
    assert settings.host == "0.0.0.0"
    assert settings.keys is not None  # which it does not start without
    assert settings.audit == "-"  # it may write no file
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", said("USER"))
    assert said("EXPOSE") == str(settings.port)
    assert json.loads(said("CMD")) == ["serve"]


def test_the_image_holds_what_its_steps_name() -> None:
    kept = [
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    ]
    copied = [rest.split()[:-1] for name, rest in DOCKERFILE if name == "COPY"]
    sources = {s for one in copied for s in one if not s.startswith(("--", "/"))}
    assert sources == set(kept)
    assert all((ROOT / source).exists() for source in sources)
    health = json.loads(said("HEALTHCHECK").partition("CMD ")[2])
    assert f"COPY deploy/health.py {health[-1]}" in (ROOT / "Dockerfile").read_text()


def test_compose_runs_it_read_only_and_mounts_what_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (compose,) = documents("compose.yaml")
    services = compose["services"]
    service = services["spoofcue"]
    settings = in_force(monkeypatch, ENVIRONMENT | service["environment"])
    assert "spoofcue" in settings.hosts  # Prometheus calls it so
    assert service["read_only"] is True
    mounts = [volume.split(":") for one in services.values() for volume in one["volumes"]]
    for source, *_ in mounts:
        if source.startswith("./deploy"):
            assert (ROOT / source).is_file(), source
    assert settings.keys is not None
    # the folder: a file that was written anew would stay the old one
    assert ["./secrets/service", str(settings.keys.parent), "ro"] in mounts
    for one in services.values():
        assert one["cap_drop"] == ["ALL"]
        assert one["security_opt"] == ["no-new-privileges:true"]
        assert all(port.startswith("127.0.0.1:") for port in one.get("ports", []))
    assert seconds(service["stop_grace_period"]) >= LONGEST
    (prometheus,) = documents("deploy/prometheus.yml")
    (job,) = prometheus["scrape_configs"]
    assert job["static_configs"] == [{"targets": [f"spoofcue:{settings.port}"]}]
    folder = str(Path(job["authorization"]["credentials_file"]).parent)
    assert ["./secrets/prometheus", folder, "ro"] in mounts
    assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()


def test_kubernetes_runs_it_read_only_and_lets_it_drain(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {one["kind"]: one for one in documents("deploy/kubernetes.yaml")}
    assert set(found) == {"Deployment", "Service", "NetworkPolicy", "PodDisruptionBudget"}
    pod = found["Deployment"]["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    environment = {one["name"]: one["value"] for one in container["env"]}
    settings = in_force(monkeypatch, ENVIRONMENT | environment)
    # or SPOOFCUE_PORT is the address of the Service
    assert pod["spec"]["enableServiceLinks"] is False
    assert pod["spec"]["automountServiceAccountToken"] is False
    assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
    user = pod["spec"]["securityContext"]["runAsUser"]
    assert f"{user}:{pod['spec']['securityContext']['runAsGroup']}" == said("USER")
    assert container["securityContext"] == {
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    (port,) = container["ports"]
    assert port == {"name": "http", "containerPort": settings.port}
    probes = {name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "readiness")}
    assert {one["path"] for one in probes.values()} == {"/readyz"}
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    (mount,) = container["volumeMounts"]
    assert settings.keys is not None
    assert mount["mountPath"] == str(settings.keys.parent)
    assert "subPath" not in mount
    assert [str(file.parent) for file in settings.receipt_keys] == [mount["mountPath"]]
    wait = float(container["lifecycle"]["preStop"]["exec"]["command"][-1])
    assert pod["spec"]["terminationGracePeriodSeconds"] >= LONGEST + wait
    labels = pod["metadata"]["labels"]
    assert found["Service"]["spec"]["selector"] == labels
    for kind, name in (("NetworkPolicy", "podSelector"), ("PodDisruptionBudget", "selector")):
        assert found[kind]["spec"][name] == {"matchLabels": labels}
    assert found["NetworkPolicy"]["spec"]["egress"] == []


def test_systemd_lets_it_drain_and_write_its_log_alone() -> None:
    lines = (DEPLOY / "spoofcue.service").read_text().splitlines()
    unit = dict(line.split("=", 1) for line in lines if "=" in line and line[:1] != "#")
    assert unit["KillMode"] == "mixed"  # its workers end when it does
    assert float(unit["TimeoutStopSec"]) >= LONGEST
    assert unit["ExecReload"] == "/bin/kill -HUP $MAINPID"  # which looks at the keys again
    assert unit["ProtectSystem"] == "strict"
    assert "ReadWritePaths" not in unit
    assert unit["NoNewPrivileges"] == "yes"
    assert unit["CapabilityBoundingSet"] == ""


def seconds(text: str) -> float:
    number, unit = re.fullmatch(r"(\d+)(s|m)", text).groups()  # type: ignore[union-attr]
    return int(number) * {"s": 1, "m": 60}[unit]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Each metric of a service that has answered, with the names of its labels."""
    keys, key = keys_file(tmp_path_factory.mktemp("told"), "check", "metrics")
    with Caller(workers=1, keys=keys) as caller:
        for picture in (face_png(), as_png(np.full((99, 99, 3), 9, np.uint8))):
            caller.post(files={"picture": picture}, headers=bearer(key))
        text = caller.get("/metrics", headers=bearer(key)).text
    names: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            names.setdefault(sample.name, set()).update(sample.labels)
    return names


def expressions() -> list[tuple[str, str]]:
    board = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())
    (alerts,) = documents("deploy/alerts.yml")
    rules = [rule for group in alerts["groups"] for rule in group["rules"]]
    shown = [(p["title"], t["expr"]) for p in board["panels"] for t in p["targets"]]
    return shown + [(one["alert"], one["expr"]) for one in rules if "up{" not in one["expr"]]


@pytest.mark.parametrize(("title", "expression"), expressions())
def test_dashboard_and_alerts_name_metrics_that_there_are(
    title: str, expression: str, told: dict[str, set[str]]
) -> None:
    named = set(re.findall(r"spoofcue_\w+", expression))
    assert named
    assert named <= told.keys()
    grouped = re.findall(r"by \(([^)]*)\)", expression)
    labels = {label.strip() for by in grouped for label in by.split(",")}
    labels |= set(re.findall(r"[{,]\s*(\w+)\s*=", expression))
    for name in named:
        assert labels <= told[name], name


def test_every_panel_has_its_own_place() -> None:
    board = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + i, at["y"] + j) for i in range(at["w"]) for j in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
    (source,) = documents("deploy/grafana/datasource.yaml")
    uids = {panel["datasource"]["uid"] for panel in board["panels"]}
    assert uids == {one["uid"] for one in source["datasources"]}
