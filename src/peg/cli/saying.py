"""How a sentence is printed."""

from rich.console import Console


def say(to: Console, sentence: str) -> None:
    """Print words for people; a window breaks them between words, a file or program gets a line."""
    to.print(sentence, markup=False, highlight=False, soft_wrap=not to.is_terminal)
