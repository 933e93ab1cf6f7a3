import pytest
from tests.journeys.conftest import Clinic
pytestmark = pytest.mark.rasa
async def test_try(clinic: Clinic) -> None:
    for n,ts in enumerate([["chcialbym sie umowic do kardiologa w przyszly czwartek po 15","1","na nfz","pierwsza","Jan Kowalski 12.03.1957","1234","tak","kiedy mam wizyte","ta sama osoba","odwolaj wizyte","1","tak", "jednak chce pogadac z czlowiekiem"],
      ["hello","I need to see a dermatologist tomorrow morning","the second one","private","what are your opening hours","first","it's for Anna Smith","born 3 May 1980","no, another time", "next monday","1","yes", "thanks", "when is my appointment", "Anna Smith 3 May 1980"],
      ["blah blah xyz", "qwerty uiop"],["chcę do okulisty","w piątek","inny termin","pierwszy wolny","nieważne"]]):
      p = clinic.phone(f"+4850010020{n}")
      for t in ts:
        print(">>", t)
        for a in await p.text(t): print("   <<", a)
    assert 0
