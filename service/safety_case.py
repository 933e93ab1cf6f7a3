"""`./poradnia safety-case`: the hazard log as a report for a clinician, in Markdown."""

from care.governance.hazards import Hazard, HazardLog, Risk
from care.triage.tables import default_tables
from conversations.safety import default_screen
from core.i18n import Language, catalogue


def report(log: HazardLog, language: Language) -> str:
    """All hazards, the gravest remaining risk first, with their controls and the tests these rest on."""
    say = catalogue(language).text
    accepted = sum(one.accepted_by is not None for one in log.hazards)
    head = [
        f"# {say('hazards-title')}",
        say("hazards-lead", version=log.version, count=len(log.hazards), accepted=accepted),
        say("hazards-versions", triage=default_tables().version, screen=default_screen().version),
    ]
    return "\n\n".join([*head, *(_section(one, language) for one in log.hazards)])


def _section(hazard: Hazard, language: Language) -> str:
    say = catalogue(language).text

    def risk(one: Risk) -> str:
        return say("hazards-risk", severity=one.severity, likelihood=one.likelihood, score=one.score)

    lines = [
        f"## {hazard.title[language]} (`{hazard.id}`)",
        "",
        f"- {say('hazards-cause')}: {hazard.cause[language]}",
        f"- {say('hazards-harm')}: {hazard.harm[language]}",
        f"- {say('hazards-before')}: {risk(hazard.before)}",
    ]
    for control in hazard.controls:
        lines.append(f"- {say('hazards-control')}: {control.words[language]}")
        lines += [f"  - `{test}`" for test in control.tests]
    lines += [
        f"- {say('hazards-after')}: {risk(hazard.after)}",
        f"- {say('hazards-left')}: {hazard.residual[language]}",
    ]
    if hazard.known_misses:
        lines.append(f"- {say('hazards-misses')}: {'; '.join(hazard.known_misses)}")
    lines.append(f"- {say('hazards-accepted')}: {hazard.accepted_by or say('hazards-nobody')}")
    return "\n".join(lines)
