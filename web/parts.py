"""What the pages need of the house. A Protocol, so that the pages do not know who builds it."""

from typing import Protocol

from channels.sms.simulator.provider import SimulatedProvider
from conversations.attachments import Attachments
from conversations.cases import Cases
from conversations.delivery import Deliverer
from conversations.messages import Messages
from conversations.privacy.rights import Privacy
from conversations.protocols import Complexity, Dialogue
from conversations.screen_in_force import InForce
from core.bus import Bus
from core.clock import Clock
from core.db import Database
from core.jobs import Jobs
from core.presence import Presence
from core.ratelimit import RateLimiter
from core.sealing import Head
from core.settings import Settings
from handoff.desk import Desk
from handoff.passing import Passing
from handoff.slack.service import Slack
from knowledge.intents.nearness import Nearness
from knowledge.model.client import LanguageModel
from knowledge.service import Library


class House(Protocol):
    """The parts that pages read from and act through."""

    @property
    def settings(self) -> Settings:
        """How this installation is set up."""
        ...

    @property
    def clock(self) -> Clock:
        """Tells the time."""
        ...

    @property
    def database(self) -> Database:
        """Makes units of work."""
        ...

    @property
    def bus(self) -> Bus:
        """Tells what has changed."""
        ...

    @property
    def presence(self) -> Presence:
        """Who is in which thread."""
        ...

    @property
    def limiter(self) -> RateLimiter:
        """Counts at the doors."""
        ...

    @property
    def cases(self) -> Cases:
        """Queues cases for people."""
        ...

    @property
    def screen(self) -> InForce:
        """The red-flag tables that every message meets."""
        ...

    @property
    def dialogue(self) -> Dialogue:
        """The dialogue core, for what it understands."""
        ...

    @property
    def complexity(self) -> Complexity:
        """Tells what is too much for the bot."""
        ...

    @property
    def library(self) -> Library:
        """Answers from the published articles."""
        ...

    @property
    def model(self) -> LanguageModel:
        """The language model, if one is set up."""
        ...

    @property
    def nearness(self) -> Nearness:
        """Compares examples of what the bot learns from."""
        ...

    @property
    def messages(self) -> Messages:
        """Appends what the house says."""
        ...

    @property
    def attachments(self) -> Attachments:
        """Looks at files before anybody else does."""
        ...

    @property
    def desk(self) -> Desk:
        """What agents do."""
        ...

    @property
    def slack(self) -> Slack:
        """Slack beside the console."""
        ...

    @property
    def passing(self) -> Passing:
        """How conversations go from hand to hand."""
        ...

    @property
    def jobs(self) -> Jobs:
        """Work for later."""
        ...

    @property
    def deliverer(self) -> Deliverer:
        """Sends again what was given up."""
        ...

    @property
    def head(self) -> Head:
        """The newest batch of the audit, as noted outside the database."""
        ...

    @property
    def privacy(self) -> Privacy:
        """Reading out, erasing and letting go."""
        ...

    @property
    def twilio_token(self) -> str:
        """What webhooks and sockets are signed with."""
        ...

    @property
    def simulator(self) -> SimulatedProvider | None:
        """The simulated provider; None once a real one is configured."""
        ...
