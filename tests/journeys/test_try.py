import pytest

from tests.journeys.conftest import Clinic

pytestmark = pytest.mark.rasa


async def test_try(clinic: Clinic) -> None:
    p = clinic.phone("+48500100200")
    for t in [
        "chcialbym sie umowic do kardiologa w przyszly czwartek po 15",
        "1",
        "na nfz",
        "pierwsza",
        "Jan Kowalski 12.03.1957",
        "1234",
        "tak",
        "kiedy mam wizyte",
        "jednak chce pogadac z czlowiekiem",
    ]:
        print(">>", t)
        for a in await p.text(t):
            print("   <<", a)
    assert 0
