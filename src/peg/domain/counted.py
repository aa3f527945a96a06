"""A number and its word, in the singular where it is one."""


def counted(count: int, one: str, many: str = "") -> str:
    """So many of something; without `many` it ends in -s.

    >>> counted(1, "offer"), counted(2, "offer"), counted(0, "is", "are")
    ('1 offer', '2 offers', '0 are')
    """
    return f"{count} {one if count == 1 else many or one + 's'}"
