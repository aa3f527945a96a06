"""Every command by its name, its place in the code, and one sentence."""

from cyclopts import App, Group

from peg.domain.errors import EXIT_CODE

EXIT_CODES = (
    "Exit codes: 0 done; 1 it ran, and what it looked for is not well (such as `doctor`, `drift`);"
    f" {EXIT_CODE['refused']} refused, or the command was typed wrong; {EXIT_CODE['missing']} no"
    f" such thing; {EXIT_CODE['conflict']} in conflict with how things are;"
    f" {EXIT_CODE['transient']} not now: try again; {EXIT_CODE['broken']} not before somebody has"
    f" mended it; {EXIT_CODE['bug']} a fault of PEG."
)

TIMES = (
    "Times that people read are this machine's, with their distance from UTC (+01:00), which a list"
    " in a narrow window leaves out; `--json` gives UTC."
)

_GROUPS = {
    "start": "Begin",
    "look": "Look",
    "stock": "Change stock",
    "steer": "Steer",
    "care": "Care",
}

_COMMANDS: tuple[tuple[str, str, str, str], ...] = (
    ("start", "run", "peg.cli.running:run", "Keep both shops in step, until stopped."),
    ("start", "demo", "peg.cli.demo.command:demo", "Watch PEG at work between two practice shops."),
    ("start", "connect", "peg.cli.connect:app", "Connect a shop."),
    ("start", "import", "peg.cli.importing:import_", "Read both shops into the book."),
    ("start", "match", "peg.cli.matching:app", "Say which offers are the same piece."),
    ("look", "stock", "peg.cli.looking:stock", "What is there, of everything or of one piece."),
    ("look", "history", "peg.cli.looking:history", "Why a piece's stock is what it is."),
    ("look", "orders", "peg.cli.orders:app", "Orders as they were taken in."),
    ("look", "offers", "peg.cli.offers:offers", "What each shop shows, and what it should."),
    ("look", "writes", "peg.cli.undoing:writes", "What was written to the shops, by number."),
    ("look", "shops", "peg.cli.offers:shops", "The connected shops."),
    ("look", "drift", "peg.cli.drifting:drift", "Offers that differ from the book."),
    ("look", "cases", "peg.cli.cases:app", "Pieces sold twice or oversold."),
    ("look", "exposure", "peg.cli.exposure:exposure", "What being sold twice may cost."),
    ("look", "low-stock", "peg.cli.limits:low_stock", "Pieces at or below their threshold."),
    ("stock", "sell", "peg.cli.stock:sell", "A piece was sold in person."),
    ("stock", "receive", "peg.cli.stock:receive", "Pieces came in."),
    ("stock", "count", "peg.cli.stock:count", "Pieces were counted on the shelf."),
    ("look", "places", "peg.cli.places:app", "Where pieces lie."),
    ("stock", "hold", "peg.cli.stock:hold", "Keep a piece for somebody until a day."),
    ("look", "holds", "peg.cli.stock:holds", "Pieces kept for somebody."),
    ("stock", "release", "peg.cli.stock:release", "End a hold."),
    ("steer", "push", "peg.cli.pushing:push", "Drive offers to what they should show, now."),
    ("steer", "reconcile", "peg.cli.steering:reconcile", "Compare every offer with the book, now."),
    ("steer", "undo", "peg.cli.undoing:undo", "Put back what stood there before a write."),
    ("steer", "limit", "peg.cli.limits:limit", "How much of a piece a channel may show."),
    (
        "steer",
        "pause",
        "peg.cli.steering:pause",
        "Stop writing to the shops; orders still come in.",
    ),
    ("steer", "resume", "peg.cli.steering:resume", "Write again."),
    ("steer", "questions", "peg.cli.asking:questions", "What PEG wants to know from you."),
    ("steer", "answer", "peg.cli.asking:answer", "Answer a question."),
    ("care", "doctor", "peg.cli.doctor:doctor", "What is wrong, and what to do."),
    ("care", "alerts", "peg.cli.alerts:alerts", "What needs somebody, and what did."),
    ("care", "dead", "peg.cli.dead:app", "What was put aside, and why."),
    ("care", "disconnect", "peg.cli.disconnect:disconnect", "Take a shop out."),
    ("care", "keys", "peg.cli.keys:app", "The keys that seal tokens."),
    (
        "care",
        "migrate",
        "peg.cli.migrating:migrate",
        "Bring a shared database to this PEG's shape.",
    ),
)


def build() -> App:
    """The whole command line, with nothing behind it imported yet."""
    app = App(
        name="peg",
        help="One true stock for a jeweller who sells the same pieces on Shopify and on Etsy.",
        help_format="plaintext",
        help_epilogue=f"{EXIT_CODES}\n\n{TIMES}",
        version_flags=["--version"],
    )
    groups = {key: Group(title, sort_key=n) for n, (key, title) in enumerate(_GROUPS.items())}
    for order, (group, name, place, sentence) in enumerate(_COMMANDS):
        app.command(place, name=name, help=sentence, group=groups[group], sort_key=order)
    return app


def in_full(app: App, *names: str) -> App:
    """Let commands speak in their own docstrings instead of their one sentence; imports them."""
    for name in names:
        if name in app and app[name].default_command is not None:
            app[name].help = None
            app[name].help_format = "markdown"
    return app


def names() -> list[str]:
    """Every command, in the order of the help."""
    return [name for _, name, _, _ in _COMMANDS]


def looks(name: str) -> bool:
    """Whether a command only shows what there is."""
    return any(group == "look" for group, known, _, _ in _COMMANDS if known == name)
