"""Stop marketing, stop reminders, cancel this visit: three acts told apart by the words, and questions taken for none."""

import pytest

from conversations.outreach.models import Purpose
from conversations.outreach.words import Reply, asks_for_consents, read_reply, read_stop

REMINDER, MARKETING = Purpose.reminder, Purpose.marketing
STOPS: dict[str, set[Purpose]] = {
    "nie wysyłajcie mi SMS-ów": set(),
    "prosze nie wysylac mi wiecej smsow": set(),
    "Nie chcę więcej wiadomości": set(),
    "nie chcę dostawać SMSów od was": set(),
    "wypisz mnie": set(),
    "proszę mnie wypisać z tych powiadomień": set(),
    "przestańcie do mnie pisać": set(),
    "przestancie wysylac": set(),
    "koniec z SMS-ami": set(),
    "dość tych wiadomości": set(),
    "nie pisz do mnie": set(),
    "please stop texting me": set(),
    "stop sending me messages": set(),
    "unsubscribe me please": set(),
    "don't text me any more": set(),
    "I don't want any more texts": set(),
    "opt me out": set(),
    "take me off your list": set(),
    "nie przysyłajcie przypomnień": {REMINDER},
    "nie wysyłaj przypomnień": {REMINDER},
    "cofam zgodę na przypomnienia": {REMINDER},
    "wycofuję zgodę na marketing": {MARKETING},
    "I withdraw my consent to marketing": {MARKETING},
    "nie chcę przypomnień o wizytach": {REMINDER},
    "wyłączcie przypomnienia": {REMINDER},
    "nie przypominajcie mi o wizycie": {REMINDER},
    "rezygnuję z przypomnień": {REMINDER},
    "no more reminders": {REMINDER},
    "stop sending reminders": {REMINDER},
    "turn off my reminders": {REMINDER},
    "nie wysyłajcie reklam": {MARKETING},
    "nie chcę ofert": {MARKETING},
    "bez reklam proszę": {MARKETING},
    "rezygnuję z newslettera": {MARKETING},
    "nie wysyłać mi promocji, nie chcę promocji": {MARKETING},
    "no more ads": {MARKETING},
    "stop sending me offers": {MARKETING},
    "I don't want marketing": {MARKETING},
    "nie wysyłajcie ani reklam, ani przypomnień": {REMINDER, MARKETING},
}
NO_STOPS = [
    "nie przyszedł SMS",
    "dlaczego nie wysyłacie przypomnień?",
    "czy wyślecie mi SMS",
    "nie wysyłajcie wyników na ten adres",
    "chcę odwołać wizytę",
    "odwołaj",
    "nie chcę tej wizyty",
    "rezygnuję z wizyty",
    "anuluj wizytę w piątek",
    "nie mogę przyjść",
    "cancel my appointment",
    "please stop the form",
    "stop",
    "why did you stop sending reminders",
    "nie dostałam kodu, wyślijcie jeszcze raz",
    "nie wysyłajcie recepty do apteki",
    "koniec",
    "proszę o SMS z przypomnieniem",
]
REPLIES: dict[str, Reply | None] = {
    "TAK": Reply.yes,
    "tak, będę": Reply.yes,
    "potwierdzam": Reply.yes,
    "Potwierdzam wizytę, dziękuję!": Reply.yes,
    "ok": Reply.yes,
    "przyjdę": Reply.yes,
    "yes I'll be there": Reply.yes,
    "Confirm": Reply.yes,
    "NIE": Reply.no,
    "no thanks": Reply.no,
    "nie, dziękuję": Reply.no,
    "nie dam rady": Reply.off,
    "niestety nie przyjdę": Reply.off,
    "nie mogę": Reply.off,
    "nie będę": Reply.off,
    "odwołuję": Reply.off,
    "proszę odwołać wizytę": Reply.off,
    "odwołaj wizytę": Reply.off,
    "I can't make it": Reply.off,
    "cancel my visit": Reply.off,
    "przełóżcie": Reply.move,
    "nie dam rady, proszę przełożyć": Reply.move,
    "inny termin": Reply.move,
    "ZMIANA": Reply.move,
    "RESCHEDULE": Reply.move,
    "can I have another time": None,
    "odwołaj": Reply.ambiguous,
    "anuluj": Reply.ambiguous,
    "rezygnuję": Reply.ambiguous,
    "koniec": Reply.ambiguous,
    "cancel": Reply.ambiguous,
    "END": Reply.ambiguous,
    "tak, ale o której?": None,
    "czy mogę przyjść z dzieckiem": None,
    "nie rozumiem": None,
    "tak boli mnie głowa": None,
    "nie, wtorek": None,
    "chcę umówić dziecko": None,
    "": None,
    "👍": None,
    "ile to kosztuje": None,
}


@pytest.mark.parametrize(("text", "purposes"), STOPS.items())
def test_a_wish_for_no_more_messages_is_heard_and_of_which(text: str, purposes: set[Purpose]) -> None:
    wish = read_stop(text)
    assert wish is not None
    assert wish.purposes == purposes


@pytest.mark.parametrize("text", NO_STOPS)
def test_words_about_visits_and_questions_stop_no_message(text: str) -> None:
    assert read_stop(text) is None


@pytest.mark.parametrize(("text", "meaning"), REPLIES.items())
def test_an_answer_to_a_reminder_is_taken_only_when_every_word_is_understood(text: str, meaning: Reply | None) -> None:
    assert read_reply(text) is meaning


@pytest.mark.parametrize(
    "text",
    ["jakie mam zgody", "Jakie zgody wyraziłam?", "moje zgody", "pokaż moje zgody", "na co wyraziłem zgodę",
     "what consents have I given", "show my consents"],
)  # fmt: skip
def test_one_may_ask_for_ones_consents(text: str) -> None:
    assert asks_for_consents(text)


@pytest.mark.parametrize("text", ["zgoda", "zgadzam się", "tak, zgoda", "jaka jest cena", "co to jest"])
def test_to_agree_is_not_to_ask(text: str) -> None:
    assert not asks_for_consents(text)
