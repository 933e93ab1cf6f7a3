"""Slack as the house has it: what it posts, what it reads, and who is who there."""

from dataclasses import dataclass

from handoff.slack.links import SlackLinks
from handoff.slack.models import SlackSettings
from handoff.slack.posting import SlackPosts
from handoff.slack.reading import SlackReader


@dataclass(frozen=True)
class Slack:
    """The parts together."""

    settings: SlackSettings
    posts: SlackPosts
    reader: SlackReader
    links: SlackLinks
