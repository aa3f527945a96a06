"""What people call an offer: its title, and which variant of its listing it is."""

from collections.abc import Mapping


def variant_told(options: Mapping[str, str]) -> str:
    """Which variant of its listing an offer is, as a shop says it; blank for the only one.

    A value that is no word, such as a size, says nothing without its name.

    >>> variant_told({"Metal": "14K White Gold", "Ring size": "5 1/2"})
    '14K White Gold / Ring size 5 1/2'
    """
    return " / ".join(
        value if any(map(str.isalpha, value)) else f"{name} {value}"
        for name, value in options.items()
        if value
    )


def offer_name(title: str, options: Mapping[str, str]) -> str:
    """The title, and the variant where a listing has several: four sizes of a ring are four offers.

    >>> offer_name("Opal ring", {"Metal": "Gold Vermeil"}), offer_name("Opal ring", {})
    ('Opal ring (Gold Vermeil)', 'Opal ring')
    """
    variant = variant_told(options)
    return f"{title} ({variant})" if variant else title


def short_name(title: str, options: Mapping[str, str]) -> str:
    """The same without the search words that Etsy's titles go on with.

    >>> short_name("Tourmaline Cufflinks, 1.05 ctw Cushion, October Birthstone", {})
    'Tourmaline Cufflinks'
    """
    return offer_name(title.partition(", ")[0], options)
