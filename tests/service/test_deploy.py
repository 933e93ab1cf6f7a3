"""What stands in deploy/ is checked without a cluster: against the tools' own schemas, our settings, metrics and runbook."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from core.metrics import LABELS, REGISTRY
from core.settings import ROOT, Settings
from service.cli import main

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
MOST_EXPOSED = 20
"""Tenths of systemd's exposure level (0 best, 100 worst)."""
KUBERNETES = "1.32"
COMMANDS = {"web", "worker", "bot", "migrate", "backup"}
ELSEWHERE = {"PORADNIA_SECRET_ACTIONS"}
METRIC = re.compile(r"\bporadnia_[a-z_]+")
MATCHER = re.compile(r'([a-z_]+)(?:=~|!=|!~|=)\\?"')


def manifests() -> list[tuple[str, dict[str, Any]]]:
    """Every document of the kustomize base but the kustomization itself."""
    return [
        (f"{file.name}:{one['kind']}/{one['metadata']['name']}", one)
        for file in sorted((DEPLOY / "kubernetes/base").glob("*.yaml"))
        if file.name != "kustomization.yaml"
        for one in yaml.safe_load_all(file.read_text("utf-8"))
    ]


def pods() -> list[tuple[str, dict[str, Any]]]:
    """The pod specifications in them."""
    found = []
    for name, one in manifests():
        specification = one.get("spec", {})
        specification = specification.get("jobTemplate", {}).get("spec", specification)
        if "template" in specification:
            found.append((name, specification["template"]["spec"]))
    return found


def known_metrics() -> set[str]:
    """Every name that a scrape may show."""
    endings = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
    return {family.name + ending for family in REGISTRY.collect() for ending in endings[family.type]}


def rules() -> list[dict[str, Any]]:
    """The alert rules."""
    file = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text("utf-8"))
    return [rule for group in file["groups"] for rule in group["rules"]]


def anchors(file: Path) -> set[str]:
    """The headings of a page, as they are linked to."""
    titles = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def expressions() -> list[str]:
    """Every query of the rules and of the dashboard."""
    board = json.loads((DEPLOY / "grafana/poradnia.json").read_text("utf-8"))
    return [rule["expr"] for rule in rules()] + [
        target["expr"] for panel in board["panels"] for target in panel["targets"]
    ]


def test_every_metric_asked_for_exists_with_labels_that_exist() -> None:
    known = known_metrics()
    for expression in expressions():
        names = set(METRIC.findall(expression)) or {"up"}
        assert names <= known | {"up"}, (expression, names - known)
        assert set(MATCHER.findall(expression)) <= {*LABELS, "job"}, expression
        assert expression.count("(") == expression.count(")") and expression.count("{") == expression.count("}")


def test_every_metric_is_looked_at() -> None:
    asked = "\n".join(expressions())
    unseen = {family.name for family in REGISTRY.collect() if family.name not in asked}
    assert unseen <= {"poradnia_turns_open"}


def test_every_alert_names_a_heading_of_the_runbook_and_how_urgent_it_is() -> None:
    headings = anchors(ROOT / "docs/runbook.md")
    for rule in rules():
        page, _, heading = rule["annotations"]["runbook"].partition("#")
        assert (page, rule["labels"]["severity"] in ("page", "ticket")) == ("docs/runbook.md", True)
        assert heading in headings, rule["alert"]
        assert re.fullmatch(r"[0-9]+[smhd]", rule["for"]) and rule["annotations"]["summary"]
    assert len({rule["alert"] for rule in rules()}) == len(rules())


@pytest.mark.parametrize("manifest", manifests(), ids=lambda one: one[0] if isinstance(one, tuple) else None)
def test_manifests_follow_kubernetes_own_schema(manifest: tuple[str, dict[str, Any]]) -> None:
    kubernetes_validate.validate(manifest[1], KUBERNETES, strict=True)  # type: ignore[attr-defined] # it exports nothing


def test_the_kustomization_names_every_file() -> None:
    base = DEPLOY / "kubernetes/base"
    named = yaml.safe_load((base / "kustomization.yaml").read_text("utf-8"))["resources"]
    assert sorted([*named, "kustomization.yaml"]) == sorted(file.name for file in base.iterdir())


@pytest.mark.parametrize("pod", pods(), ids=lambda one: one[0] if isinstance(one, tuple) else None)
def test_pods_are_not_root_write_nothing_and_are_bounded(pod: tuple[str, dict[str, Any]]) -> None:
    _, specification = pod
    of_pod = specification["securityContext"]
    assert of_pod["runAsNonRoot"] and of_pod["seccompProfile"]["type"] == "RuntimeDefault"
    assert specification["automountServiceAccountToken"] is False
    volumes = {volume["name"] for volume in specification["volumes"]}
    for container in specification["containers"]:
        held = container["securityContext"]
        assert held["readOnlyRootFilesystem"] and not held["allowPrivilegeEscalation"]
        assert held["capabilities"] == {"drop": ["ALL"]}
        assert {"cpu", "memory"} <= container["resources"]["limits"].keys() & container["resources"]["requests"].keys()
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes
        assert "/tmp" in {mount["mountPath"] for mount in container["volumeMounts"]}  # noqa: S108 - a container's own
        assert COMMANDS & set(" ".join([*container.get("command", []), *container["args"]]).split())
        for variable in container.get("env", []):
            is_secret = "SECRET" in variable["name"] or "URL" in variable["name"]
            assert not is_secret or "secretKeyRef" in variable.get("valueFrom", {}), variable["name"]


def test_what_serves_is_probed_and_the_bot_has_no_port_and_no_keys() -> None:
    containers = {one["name"]: one for name, pod in pods() if "Deployment" in name for one in pod["containers"]}
    for name in ("web", "worker"):
        assert containers[name]["livenessProbe"]["httpGet"]["path"] == "/healthz"
        assert containers[name]["readinessProbe"]["httpGet"]["path"] == "/readyz"
        ports = {port["name"]: port["containerPort"] for port in containers[name]["ports"]}
        known = Settings()
        assert ports["operations"] == (known.web_metrics_port if name == "web" else known.worker_metrics_port)
    bot = containers["bot"]
    assert "ports" not in bot and "exec" in bot["livenessProbe"]
    assert not {"keys", "state"} & {mount["name"] for mount in bot["volumeMounts"]} and "envFrom" not in bot


def test_nothing_is_reached_unless_it_is_allowed() -> None:
    policies = {one["metadata"]["name"]: one["spec"] for _, one in manifests() if one["kind"] == "NetworkPolicy"}
    assert policies["nothing"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    ports = [port["port"] for policy in policies.values() for way in policy.get("ingress", []) for port in way["ports"]]
    assert sorted(ports) == [8100, 8103, 8104]


def _variables() -> set[str]:
    texts = [file.read_text("utf-8") for file in DEPLOY.rglob("*") if file.is_file()]
    return set(re.findall(r"\bPORADNIA_[A-Z_]+", "\n".join(texts)))


def test_every_setting_named_there_exists() -> None:
    known = {f"PORADNIA_{name.upper()}" for name in Settings.model_fields}
    assert _variables() - ELSEWHERE <= known | {"PORADNIA_BOT_PYTHON"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
def test_units_are_accepted_by_systemd_and_little_exposed(tmp_path: Path) -> None:
    for file in (DEPLOY / "systemd").glob("poradnia*"):
        here = file.read_text("utf-8").replace("/opt/poradnia/.env/service/bin/python", "/bin/true")
        (tmp_path / file.name).write_text(here.replace("WorkingDirectory=/opt/poradnia", "WorkingDirectory=/"))
    units = [str(file) for file in tmp_path.iterdir() if file.suffix in (".service", ".timer", ".target")]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *units],
        capture_output=True, text=True, check=False, env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
    )  # fmt: skip
    complaints = [line for line in done.stderr.splitlines() if "poradnia" in line]
    assert (done.returncode, complaints) == (0, []), done.stderr
    services = [unit for unit in units if unit.endswith(".service")]
    level = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", *services],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert level.returncode == 0, [line for line in level.stdout.splitlines() if "Overall" in line]


@pytest.mark.parametrize("unit", UNITS, ids=lambda file: file.name)
def test_units_are_hardened_and_run_commands_there_are(unit: Path) -> None:
    lines = unit.read_text("utf-8").splitlines()
    wanted = {
        "NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "ProtectHome=yes", "CapabilityBoundingSet=",
        "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", "UMask=0077",
    }  # fmt: skip
    assert wanted <= set(lines)
    (start,) = [line for line in lines if line.startswith("ExecStart=")]
    (command,) = re.findall(r"-m service ([a-z]+)", start)
    assert command in COMMANDS
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0


def test_only_the_bots_unit_is_another_user_and_it_reaches_this_machine_alone() -> None:
    users = {unit.name: re.findall(r"^User=(.+)$", unit.read_text("utf-8"), re.MULTILINE) for unit in UNITS}
    assert users.pop("poradnia-bot.service") == ["poradnia-bot"]
    assert set(map(tuple, users.values())) == {("poradnia",)}
    bot = (DEPLOY / "systemd/poradnia-bot.service").read_text("utf-8")
    assert "IPAddressDeny=any\nIPAddressAllow=localhost" in bot and "service.env" not in bot


def test_only_the_migration_and_the_backup_are_given_the_databases_owner() -> None:
    units = {
        file.stem for file in (ROOT / "deploy/systemd").glob("*.service") if "owner.env" in file.read_text("utf-8")
    }
    assert units == {"poradnia-migrate", "poradnia-backup"}
    manifests = {
        file.stem
        for file in (ROOT / "deploy/kubernetes/base").glob("*.yaml")
        if "secretRef: {name: poradnia-owner}" in file.read_text("utf-8")
    }
    assert manifests == {"migrate", "backup"}
