"""The words in which jewellers say what a piece is made of, and the codes for it in their SKUs."""

from collections.abc import Mapping

GOLD = "gold"

METALS: Mapping[str, str] = {
    "platinum": "platinum",
    "palladium": "palladium",
    "argentium": "silver",
    "silver": "silver",
    "925": "silver",
    "stainless steel": "steel",
    "steel": "steel",
    "titanium": "titanium",
    "tungsten": "tungsten",
    "brass": "brass",
    "bronze": "bronze",
    "copper": "copper",
}
"""Words for a metal other than gold, and the metal."""

GOLD_COLOURS: Mapping[str, str] = {
    "white": "white",
    "yellow": "yellow",
    "rose": "rose",
    "pink": "rose",
    "red": "rose",
    "two tone": "two-tone",
    "green": "green",
}

COATINGS: Mapping[str, str] = {
    "vermeil": "vermeil",
    "filled": "gold-filled",
    "plated": "gold-plated",
    "plate": "gold-plated",
}
"""Gold that is only a layer."""

KARAT_OF_FINENESS: Mapping[str, str] = {
    "375": "9",
    "417": "10",
    "585": "14",
    "750": "18",
    "916": "22",
}
"""Parts of a thousand, and the karats that they are."""

METAL_CODES: Mapping[str, str] = {
    "PT95": "platinum",
    "PT90": "platinum",
    "PD95": "palladium",
    "SS92": "silver",
    "AG93": "silver",
    "FS99": "silver",
    "VM92": "gold vermeil",
    "GF14": "14k gold filled",
    "GPSS": "gold plated",
    "GPBR": "gold plated",
    "RHSS": "silver",
    "BRAS": "brass",
    "BRNZ": "bronze",
    "COPR": "copper",
    "STEL": "steel",
    "TITN": "titanium",
    "TUNG": "tungsten",
}
"""The metal codes of SKUs, but for those of gold, which tell its karats and colour: 14WG."""

GOLD_CODES: Mapping[str, str] = {"WG": "white", "YG": "yellow", "RG": "rose", "TT": "two tone"}

STONES: Mapping[str, str] = {
    **{
        name: name
        for name in (
            *("diamond", "ruby", "sapphire", "emerald", "aquamarine", "morganite", "beryl"),
            *("alexandrite", "chrysoberyl", "spinel", "taaffeite", "topaz", "tourmaline"),
            *("tanzanite", "garnet", "peridot", "zircon", "amethyst", "ametrine", "citrine"),
            *("quartz", "aventurine", "agate", "onyx", "carnelian", "chrysoprase", "chalcedony"),
            *("bloodstone", "jasper", "opal", "moonstone", "labradorite", "sunstone", "amazonite"),
            *("lapis", "turquoise", "malachite", "chrysocolla", "azurite", "larimar", "jade"),
            *("rhodochrosite", "rhodonite", "kunzite", "hiddenite", "iolite", "kyanite", "apatite"),
            *("diopside", "sphene", "andalusite", "benitoite", "fluorite", "prehnite", "sodalite"),
            *("hematite", "obsidian", "moldavite", "pearl", "amber", "coral", "abalone"),
            *("moissanite", "howlite"),
        )
    },
    "rubies": "ruby",
    "padparadscha": "sapphire",
    "heliodor": "beryl",
    "goshenite": "beryl",
    "paraiba": "tourmaline",
    "rubellite": "tourmaline",
    "indicolite": "tourmaline",
    "tsavorite": "garnet",
    "demantoid": "garnet",
    "spessartine": "garnet",
    "rhodolite": "garnet",
    "almandine": "garnet",
    "hessonite": "garnet",
    "prasiolite": "quartz",
    "herkimer diamond": "quartz",
    "tiger's eye": "tiger's eye",
    "tigers eye": "tiger's eye",
    "tiger eye": "tiger's eye",
    "jadeite": "jade",
    "nephrite": "jade",
    "spectrolite": "labradorite",
    "titanite": "sphene",
    "akoya": "pearl",
    "tahitian": "pearl",
    "mother of pearl": "mother of pearl",
    "cubic zirconia": "cubic zirconia",
    "cz": "cubic zirconia",
}
"""Words for a stone, and the stone; a variety goes by its kind, its colour tells it apart."""

_CODES_OF: Mapping[str, str] = {
    "diamond": "DIAM LDIA",
    "ruby": "RUBY STRU LRBY",
    "blue sapphire": "SAPP",
    "sapphire": "FCSA PADP STSA LSAP",
    "pink sapphire": "PKSA",
    "emerald": "EMER LEMR",
    "aquamarine": "AQUA",
    "morganite": "MORG",
    "beryl": "HELI GOSH",
    "red beryl": "RBRL",
    "alexandrite": "ALEX LALX",
    "chrysoberyl": "CRYB",
    "spinel": "SPIN LSPN",
    "taaffeite": "TAFF",
    "topaz": "TOPZ",
    "blue topaz": "BLTP",
    "tourmaline": "TOUR PARA RBLT WMTL",
    "blue tourmaline": "INDC",
    "tanzanite": "TANZ",
    "garnet": "GARN SPES RHDL ALMA HESS CCGT",
    "green garnet": "TSAV DEMN",
    "peridot": "PERI",
    "zircon": "ZIRC",
    "amethyst": "AMTH",
    "ametrine": "AMRN",
    "citrine": "CITR",
    "quartz": "PRAS CLQZ RUTQ",
    "pink quartz": "RSQZ",
    "brown quartz": "SMKY",
    "tiger's eye": "TEYE",
    "aventurine": "AVEN",
    "agate": "AGAT",
    "onyx": "ONYX",
    "carnelian": "CRNL",
    "chrysoprase": "CHPR",
    "chalcedony": "CHAL",
    "bloodstone": "BLDS",
    "jasper": "JASP",
    "opal": "OPAL BLKO BDOP FIRE ODBL OTRP LOPL",
    "moonstone": "MOON",
    "labradorite": "LABR",
    "sunstone": "SUNS",
    "amazonite": "AMAZ",
    "lapis": "LAPZ",
    "turquoise": "TURQ",
    "malachite": "MALA",
    "chrysocolla": "CRSO",
    "azurite": "AZUR",
    "larimar": "LARI",
    "jade": "JADE NEPH",
    "rhodochrosite": "RHCR",
    "rhodonite": "RDNT",
    "kunzite": "KUNZ",
    "hiddenite": "HIDD",
    "iolite": "IOLT",
    "kyanite": "KYAN",
    "apatite": "APTT",
    "diopside": "CRDP",
    "sphene": "TTNT",
    "andalusite": "ANDL",
    "benitoite": "BENI",
    "fluorite": "FLUO",
    "prehnite": "PREH",
    "sodalite": "SODA",
    "hematite": "HEMA",
    "obsidian": "OBSI",
    "moldavite": "MOLD",
    "pearl": "PRLC NPRL",
    "amber": "AMBR",
    "coral": "CORL",
    "moissanite": "MOIS",
    "cubic zirconia": "CUBZ",
    "howlite": "DHOW",
}

STONE_CODES: Mapping[str, str] = {
    code: words for words, codes in _CODES_OF.items() for code in codes.split()
}
"""The stone codes of SKUs, each in words; those that name no one stone are left out."""

STONE_COLOURS: Mapping[str, tuple[str, ...]] = {
    **{
        name: (name,)
        for name in ("blue", "green", "red", "pink", "purple", "yellow", "orange", "brown")
    },
    **dict.fromkeys(("black", "white"), ()),  # said of opals and diamonds in too many senses
    "teal": ("blue", "green"),
    "mint": ("green",),
    "cornflower": ("blue",),
    "rose": ("pink",),
    "blush": ("pink",),
    "peach": ("pink", "orange"),
    "raspberry": ("red", "pink"),
    "violet": ("purple",),
    "lavender": ("purple",),
    "lilac": ("purple",),
    "canary": ("yellow",),
    "golden": ("yellow", "orange", "brown"),
    "honey": ("yellow", "orange", "brown"),
    "mandarin": ("orange",),
    "cognac": ("brown", "orange"),
    "champagne": ("brown", "yellow"),
    "smoky": ("brown",),
}
"""Words for the colour of a stone, and the plain colours that they may mean."""

KINDS: Mapping[str, str] = {
    **dict.fromkeys(("ring", "rings", "band", "bands", "solitaire"), "ring"),
    **dict.fromkeys(("earring", "earrings", "studs", "hoops", "huggies"), "earrings"),
    **dict.fromkeys(("necklace", "pendant", "choker", "locket", "charm"), "necklace"),
    **dict.fromkeys(("bracelet", "bangle"), "bracelet"),
    **dict.fromkeys(("brooch", "brooches"), "brooch"),
    **dict.fromkeys(("cufflink", "cufflinks", "cuff links"), "cufflinks"),
    "anklet": "anklet",
    "loose": "loose stone",
}
"""Words for what is worn, and what it is; a pendant is sold as a necklace, with its chain."""
