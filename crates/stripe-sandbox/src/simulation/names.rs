//! Names of people and organisations. The second form is the e-mail address's.

/// A name and its ASCII form.
pub(super) type Name = (&'static str, &'static str);

pub(super) struct Region {
    pub(super) country: &'static str,
    pub(super) locale: &'static str,
    pub(super) first: &'static [Name],
    pub(super) last: &'static [Name],
    /// Whether the family name is written first.
    pub(super) family_first: bool,
}

pub(super) const DOLLAR: [Region; 5] = [
    Region {
        country: "US",
        locale: "en-US",
        first: &[
            ("Olivia", "olivia"),
            ("Liam", "liam"),
            ("Emma", "emma"),
            ("Noah", "noah"),
            ("Ava", "ava"),
            ("Ethan", "ethan"),
            ("Sophia", "sophia"),
            ("Mason", "mason"),
            ("Grace", "grace"),
            ("Jordan", "jordan"),
            ("Aaliyah", "aaliyah"),
            ("Tyler", "tyler"),
            ("Hannah", "hannah"),
            ("Marcus", "marcus"),
            ("Zoë", "zoe"),
            ("Priya", "priya"),
            ("Wei", "wei"),
            ("Daniel", "daniel"),
            ("Leila", "leila"),
            ("Caleb", "caleb"),
        ],
        last: &[
            ("Smith", "smith"),
            ("Johnson", "johnson"),
            ("Williams", "williams"),
            ("Brown", "brown"),
            ("Nguyen", "nguyen"),
            ("Patel", "patel"),
            ("Kim", "kim"),
            ("Davis", "davis"),
            ("Miller", "miller"),
            ("O'Brien", "obrien"),
            ("Washington", "washington"),
            ("Rivera", "rivera"),
            ("Chen", "chen"),
            ("Anderson", "anderson"),
            ("Haddad", "haddad"),
            ("Cohen", "cohen"),
            ("Taylor", "taylor"),
        ],
        family_first: false,
    },
    Region {
        country: "GB",
        locale: "en-GB",
        first: &[
            ("Amelia", "amelia"),
            ("Oliver", "oliver"),
            ("Isla", "isla"),
            ("Harry", "harry"),
            ("Siân", "sian"),
            ("Callum", "callum"),
            ("Freya", "freya"),
            ("Mohammed", "mohammed"),
            ("Imogen", "imogen"),
        ],
        last: &[
            ("Evans", "evans"),
            ("Hughes", "hughes"),
            ("MacLeod", "macleod"),
            ("Khan", "khan"),
            ("Wright", "wright"),
            ("Okafor", "okafor"),
            ("Singh", "singh"),
            ("Clarke", "clarke"),
            ("Byrne", "byrne"),
        ],
        family_first: false,
    },
    Region {
        country: "MX",
        locale: "es-MX",
        first: &[
            ("José", "jose"),
            ("María", "maria"),
            ("Sofía", "sofia"),
            ("Andrés", "andres"),
            ("Lucía", "lucia"),
            ("Íñigo", "inigo"),
            ("Ximena", "ximena"),
        ],
        last: &[
            ("Hernández", "hernandez"),
            ("García", "garcia"),
            ("Núñez", "nunez"),
            ("Martínez", "martinez"),
            ("Peña", "pena"),
            ("Ortiz", "ortiz"),
        ],
        family_first: false,
    },
    Region {
        country: "BR",
        locale: "pt-BR",
        first: &[("João", "joao"), ("Beatriz", "beatriz"), ("Luís", "luis"), ("Letícia", "leticia"), ("Caio", "caio")],
        last: &[("Conceição", "conceicao"), ("Araújo", "araujo"), ("Souza", "souza"), ("Guimarães", "guimaraes")],
        family_first: false,
    },
    Region {
        country: "PL",
        locale: "pl",
        first: &[("Łukasz", "lukasz"), ("Małgorzata", "malgorzata"), ("Zofia", "zofia"), ("Paweł", "pawel")],
        last: &[("Wiśniewski", "wisniewski"), ("Dąbrowska", "dabrowska"), ("Zając", "zajac"), ("Nowak", "nowak")],
        family_first: false,
    },
];

pub(super) const EURO: [Region; 4] = [
    Region {
        country: "DE",
        locale: "de",
        first: &[
            ("Jürgen", "juergen"),
            ("Lena", "lena"),
            ("Jonas", "jonas"),
            ("Käthe", "kaethe"),
            ("Emre", "emre"),
            ("Björn", "bjoern"),
        ],
        last: &[
            ("Müller", "mueller"),
            ("Schäfer", "schaefer"),
            ("Weiß", "weiss"),
            ("Yılmaz", "yilmaz"),
            ("Köhler", "koehler"),
        ],
        family_first: false,
    },
    Region {
        country: "FR",
        locale: "fr",
        first: &[("Chloé", "chloe"), ("François", "francois"), ("Anaïs", "anais"), ("Théo", "theo"), ("Inès", "ines")],
        last: &[("Lefèvre", "lefevre"), ("Benoît", "benoit"), ("Moreau", "moreau"), ("Traoré", "traore")],
        family_first: false,
    },
    Region {
        country: "IT",
        locale: "it",
        first: &[("Niccolò", "niccolo"), ("Giulia", "giulia"), ("Matteo", "matteo"), ("Chiara", "chiara")],
        last: &[("Rossi", "rossi"), ("D'Angelo", "dangelo"), ("Cannavò", "cannavo"), ("Esposito", "esposito")],
        family_first: false,
    },
    Region {
        country: "FI",
        locale: "fi",
        first: &[("Äiti-Maija", "aitimaija"), ("Väinö", "vaino"), ("Aino", "aino"), ("Eero", "eero")],
        last: &[("Mäkinen", "makinen"), ("Hämäläinen", "hamalainen"), ("Virtanen", "virtanen")],
        family_first: false,
    },
];

pub(super) const YEN: [Region; 1] = [Region {
    country: "JP",
    locale: "ja",
    first: &[
        ("陽菜", "hina"),
        ("蓮", "ren"),
        ("さくら", "sakura"),
        ("大翔", "hiroto"),
        ("美咲", "misaki"),
        ("健太", "kenta"),
        ("結衣", "yui"),
        ("翔", "sho"),
    ],
    last: &[
        ("佐藤", "sato"),
        ("鈴木", "suzuki"),
        ("高橋", "takahashi"),
        ("田中", "tanaka"),
        ("渡辺", "watanabe"),
        ("小林", "kobayashi"),
    ],
    family_first: true,
}];

/// The places and kinds that organisations' names are made of.
pub(super) const PLACES: [&str; 16] = [
    "Northside",
    "Harborview",
    "Kreuzberg",
    "Maple Street",
    "Riverbend",
    "Old Mill",
    "Summit",
    "Saint-Malo",
    "Lakeshore",
    "Eastgate",
    "Copper Hill",
    "Malmö",
    "Westbrook",
    "Pine Ridge",
    "Docklands",
    "Quayside",
];

/// Name's end, and the organisation type of the customer's metadata.
pub(super) const KINDS: [(&str, &str); 6] = [
    ("Athletics Club", "club"),
    ("Gym", "gym"),
    ("Physio", "physio_clinic"),
    ("Rowing Team", "sports_team"),
    ("CrossTraining", "gym"),
    ("Handball Club", "sports_team"),
];
