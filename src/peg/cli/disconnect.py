"""`peg disconnect`: take a shop out, and keep what is known of it."""

from peg.cli.terminal import Here, Report
from peg.db.transaction import reading
from peg.domain.errors import EXIT_CODE
from peg.domain.identity import Channel
from peg.shops import directory
from peg.shops.connect.leaving import leave
from peg.wiring.peg import open_peg

REST = {
    Channel.SHOPIFY: "To take the access itself back, remove the app in Shopify's admin.",
    Channel.ETSY: (
        "Remove the webhook in Etsy's developer portal, and the app under Etsy's account settings,"
        " to take the access itself back."
    ),
}


async def disconnect(shop: str, /, *, yes: bool = False, here: Here) -> int:
    """Disconnect a shop: PEG asks nothing of it any more and writes nothing to it.

    Its webhooks are ended and its tokens dropped. The book, its orders and its offers stay; what it
    shows stays as it is, so pause or close it there yourself. Pieces that are sold there from now
    on PEG does not hear of.

    Args:
        shop: such as `shopify:NAME.myshopify.com` or `etsy:61234567`.
        yes: do it; without this it is only told what would be done.
    """
    async with here.ground() as ground:
        async with reading(ground.database) as session:
            found = await directory.named(session, shop)
        if not yes:
            sentence = (
                f"{found.name} ({found.id}) would be disconnected: its tokens are dropped, its"
                " webhooks end, and what is sold there is not heard of any more. Nothing is done"
                " yet: add --yes"
            )
            facts = {"shop": found.id, "done": False}
            report = Report(facts=facts, sentence=sentence, exit_code=EXIT_CODE["refused"])
            return here.show(report)
        async with open_peg(ground) as peg:
            open_now = (await peg.engine()).shops
            door = open_now[found.id].marketplace if found.id in open_now else None
            left = await leave(peg.desk, found.id, door)
    sentence = f"{found.name} ({found.id}) is disconnected; {left.webhooks} webhooks ended there."
    if left.trouble:
        sentence += f" They could not be ended: {left.trouble}."
    facts = {
        "shop": found.id,
        "done": True,
        "webhooks_ended": left.webhooks,
        "trouble": left.trouble,
    }
    return here.show(Report(facts=facts, sentence=f"{sentence} {REST[found.channel]}"))
