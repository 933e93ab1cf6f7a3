"""`/prices`: the price list that every channel answers from, for whoever is asked to pay it. Public."""

from fastapi import APIRouter, Request, Response

from care.appointments import price_list
from care.appointments.offers import Money
from core.when.say import say_since
from web.parts import House
from web.rendering import Pages, page_language


def router(house: House, pages: Pages) -> APIRouter:
    """No one has to sign in, and nothing of a person is on it."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(price_list.PAGE)
    async def prices(request: Request) -> Response:
        """What has a price today, by kind and name, with the prices to come."""
        language = page_language(request)
        async with house.database.unit_of_work() as uow:
            lines = await price_list.published(uow, house.clock.now().date())
        priced = [one for one in lines if one.now or one.ahead]
        return pages.respond(
            request, "prices/list.html", language, lines=price_list.by_name(priced, language),
            day=lambda one: say_since(one, language), money=lambda grosze: Money(grosze).text(language),
        )  # fmt: skip

    return routes
