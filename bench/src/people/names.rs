//! Parts that names are put together from.

/// First names, 235 of them.
pub const FIRST: &[&str] = &[
    "Mara", "Tomas", "Ingrid", "Petra", "Callum", "Yara", "Emil", "Saoirse", "Bram", "Linnea", "Adele", "Aldo", "Alma", "Anders",
    "Anneke", "Anton", "Ariel", "Astrid", "Aurel", "Bastian", "Beata", "Benno", "Berit", "Bianca", "Birgit", "Boris", "Brigid",
    "Bruno", "Camila", "Carlo", "Carmen", "Casper", "Cecilia", "Celeste", "Clara", "Claus", "Clemens", "Cora", "Corin", "Cosima",
    "Dagmar", "Damian", "Daria", "Delia", "Denis", "Dido", "Dora", "Edda", "Edgar", "Edith", "Egon", "Elena", "Elias", "Elin",
    "Elsa", "Elvira", "Emma", "Enzo", "Erik", "Esther", "Etta", "Eugen", "Eva", "Fabian", "Farah", "Felix", "Fenna", "Fergus",
    "Fiona", "Flora", "Floris", "Frida", "Fritz", "Gerda", "Gideon", "Gilda", "Greta", "Gunnar", "Gwen", "Hanna", "Harald",
    "Hedda", "Heidi", "Helga", "Henrik", "Hilda", "Hugo", "Ibrahim", "Ida", "Ilse", "Imogen", "Ines", "Iris", "Isidor", "Ivan",
    "Ivo", "Jana", "Jasper", "Joanna", "Jonas", "Jorge", "Josefa", "Judith", "Julian", "Juno", "Kaito", "Karin", "Kasimir",
    "Katja", "Keiko", "Kenji", "Kiran", "Klara", "Konrad", "Lara", "Lars", "Laszlo", "Leila", "Lena", "Leo", "Levin", "Lidia",
    "Linus", "Lorenz", "Louisa", "Lucas", "Ludmila", "Magda", "Magnus", "Maja", "Malik", "Manon", "Marcel", "Marek", "Marit",
    "Marius", "Martha", "Matteo", "Maud", "Maxim", "Meera", "Merle", "Mila", "Milan", "Miriam", "Moritz", "Nadia", "Natan",
    "Nell", "Nestor", "Nia", "Nicola", "Nils", "Nina", "Noah", "Nora", "Odile", "Olaf", "Oleg", "Olga", "Olive", "Omar", "Oskar",
    "Otis", "Otto", "Pablo", "Paula", "Pavel", "Pelle", "Perla", "Philo", "Pia", "Piet", "Quentin", "Rafael", "Ralf", "Rasmus",
    "Regina", "Renate", "Rhea", "Rita", "Robin", "Rolf", "Romy", "Rosa", "Ruben", "Rufus", "Runa", "Ruth", "Sabine", "Salma",
    "Samir", "Sandor", "Selma", "Sepp", "Signe", "Silas", "Silvia", "Simon", "Sofia", "Soren", "Stella", "Sven", "Sybil",
    "Tabea", "Tamar", "Tarik", "Tessa", "Thea", "Theo", "Tilda", "Tobias", "Tove", "Udo", "Ulla", "Ulrik", "Una", "Ursel",
    "Valentin", "Vera", "Veit", "Viggo", "Viola", "Vito", "Wanda", "Werner", "Wilma", "Wim", "Xaver", "Xenia", "Yann", "Yusuf",
    "Yvette", "Zelda", "Zora",
];

/// How last names begin; with [`FAMILY_TAILS`] they make 1320.
pub const FAMILY_HEADS: &[&str] = &[
    "Ash", "Beck", "Birch", "Bram", "Brook", "Cald", "Cros", "Dal", "Dun", "Elder", "Fair", "Fen", "Glen", "Grim", "Hal", "Hart",
    "Hazel", "Hel", "Holm", "Ken", "King", "Lang", "Lin", "Mar", "Mell", "Nor", "Oak", "Pen", "Quar", "Red", "Rook", "San",
    "Sel", "Stan", "Thorn", "Und", "Wal", "West", "Wick", "Wood", "Ødel", "Mül", "Åker", "Brön",
];

/// How last names end.
pub const FAMILY_TAILS: &[&str] = &[
    "bury", "by", "combe", "dale", "den", "field", "ford", "gate", "ham", "holt", "hurst", "land", "ley", "mere", "mond", "ness",
    "quist", "ridge", "rup", "sen", "shaw", "stad", "sted", "ström", "ton", "vik", "wall", "wark", "well", "worth",
];

/// How companies are called; with [`COMPANY_TAILS`] they make 240.
pub const COMPANY_HEADS: &[&str] = &[
    "Quayside",
    "Lantern",
    "Orchard",
    "Tidewater",
    "Harbour",
    "Northgate",
    "Meridian",
    "Saltmouth",
    "Copper",
    "Juniper",
    "Granite",
    "Lakeside",
    "Ropewalk",
    "Summit",
    "Beacon",
    "Heron",
    "Larch",
    "Mistral",
    "Ember",
    "Willow",
];

/// What companies do.
pub const COMPANY_TAILS: &[&str] = &[
    "Forwarding",
    "Instruments",
    "Clinic",
    "Energy",
    "Logistics",
    "Optics",
    "Textiles",
    "Bakeries",
    "Shipping",
    "Software",
    "Printing",
    "Timber",
];

/// Job titles.
pub const TITLES: &[&str] = &[
    "Account Manager",
    "Field Engineer",
    "Head of Records",
    "Harbour Master",
    "Buyer",
    "Nurse",
    "Controller",
    "Sales Lead",
    "Architect",
    "Dispatcher",
    "Analyst",
    "Caretaker",
];

/// Streets.
pub const STREETS: &[&str] = &[
    "Ropewalk",
    "Harbour Street",
    "Upper Mill Lane",
    "Lindenallee",
    "Quarry Road",
    "Station Square",
    "Old Market",
    "Rue du Phare",
];

/// Towns.
pub const TOWNS: &[&str] = &["Saltmouth", "Nordhavn", "Eastmere", "Graven", "Pont-sur-Lys", "Kastell", "Millbridge", "Hollowell"];
