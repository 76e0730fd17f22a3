//! Countries and languages as the API documents them by its examples, `FR` and `fr_FR`, and what a shop
//! that sends something else probably means.

/// The codes of ISO 3166-1 alpha-2, with a space between.
pub const CODES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO \
    BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ \
    DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP \
    GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG \
    KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML \
    MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE \
    PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL \
    SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM \
    US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// English and French names of the countries that most orders of a French or European shop come from, and
/// codes that are in use without being the country's, in lower case.
#[rustfmt::skip] // A table.
pub const NAMES: &[(&[&str], &str)] = &[
    (&["france", "french republic", "fra"], "FR"),
    (&["belgium", "belgique", "belgië"], "BE"),
    (&["switzerland", "suisse", "schweiz"], "CH"),
    (&["luxembourg"], "LU"),
    (&["germany", "allemagne", "deutschland"], "DE"),
    (&["spain", "espagne", "españa"], "ES"),
    (&["italy", "italie", "italia"], "IT"),
    (&["portugal"], "PT"),
    (&["united kingdom", "royaume-uni", "great britain", "grande-bretagne", "uk", "england", "angleterre"], "GB"),
    (&["ireland", "irlande"], "IE"),
    (&["netherlands", "the netherlands", "pays-bas", "nederland"], "NL"),
    (&["austria", "autriche", "österreich"], "AT"),
    (&["denmark", "danemark"], "DK"),
    (&["sweden", "suède"], "SE"),
    (&["norway", "norvège"], "NO"),
    (&["finland", "finlande"], "FI"),
    (&["poland", "pologne"], "PL"),
    (&["czechia", "czech republic", "tchéquie", "république tchèque"], "CZ"),
    (&["slovakia", "slovaquie"], "SK"),
    (&["hungary", "hongrie"], "HU"),
    (&["romania", "roumanie"], "RO"),
    (&["bulgaria", "bulgarie"], "BG"),
    (&["greece", "grèce"], "GR"),
    (&["croatia", "croatie"], "HR"),
    (&["slovenia", "slovénie"], "SI"),
    (&["estonia", "estonie"], "EE"),
    (&["latvia", "lettonie"], "LV"),
    (&["lithuania", "lituanie"], "LT"),
    (&["malta", "malte"], "MT"),
    (&["cyprus", "chypre"], "CY"),
    (&["monaco"], "MC"),
    (&["andorra", "andorre"], "AD"),
    (&["united states", "united states of america", "états-unis", "usa"], "US"),
    (&["canada"], "CA"),
    (&["morocco", "maroc"], "MA"),
    (&["tunisia", "tunisie"], "TN"),
    (&["algeria", "algérie"], "DZ"),
    (&["senegal", "sénégal"], "SN"),
    (&["côte d'ivoire", "ivory coast"], "CI"),
    (&["réunion", "la réunion"], "RE"),
    (&["guadeloupe"], "GP"),
    (&["martinique"], "MQ"),
    (&["french guiana", "guyane", "guyane française"], "GF"),
    (&["mayotte"], "YT"),
    (&["new caledonia", "nouvelle-calédonie"], "NC"),
    (&["french polynesia", "polynésie française"], "PF"),
    (&["australia", "australie"], "AU"),
    (&["japan", "japon"], "JP"),
    (&["china", "chine"], "CN"),
    (&["brazil", "brésil"], "BR"),
];

/// Whether a text is a country's code.
pub(crate) fn is_country(text: &str) -> bool {
    text.len() == 2 && CODES.split(' ').any(|code| code == text)
}

/// The code that is probably meant by a text which is none.
pub(crate) fn country_meant(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let code = CODES
        .split(' ')
        .find(|code| code.eq_ignore_ascii_case(text));
    code.or_else(|| {
        let name = text.to_lowercase();
        let mut rows = NAMES.iter();
        let (_, code) = rows.find(|(names, _)| names.contains(&name.as_str()))?;
        Some(*code)
    })
}

/// Whether a text is a language of ISO 639-1 by its shape and a country, such as `fr_FR`.
pub(crate) fn is_language(text: &str) -> bool {
    text.split_once('_').is_some_and(|(language, country)| {
        language.len() == 2
            && language.bytes().all(|byte| byte.is_ascii_lowercase())
            && is_country(country)
    })
}

/// The language and country that are probably meant by a text which is none: `en_GB` for `en-gb`.
pub(crate) fn language_meant(text: &str) -> Option<String> {
    let (language, country) = text.trim().split_once(['-', '_'])?;
    let meant = format!("{}_{}", language.to_lowercase(), country_meant(country)?);
    is_language(&meant).then_some(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_those_of_the_standard() {
        let codes: Vec<&str> = CODES.split(' ').collect();
        assert_eq!(codes.len(), 249);
        assert!(codes.is_sorted_by(|a, b| a < b));
        for (names, code) in NAMES {
            assert!(is_country(code), "{code}");
            for name in *names {
                assert_eq!(*name, name.to_lowercase());
                assert_eq!(country_meant(name), Some(*code));
            }
        }
    }

    #[test]
    fn what_is_meant_is_found() {
        assert_eq!(country_meant("France"), Some("FR"));
        assert_eq!(country_meant(" BELGIQUE "), Some("BE"));
        assert_eq!(country_meant("États-Unis"), Some("US"));
        assert_eq!(country_meant("uk"), Some("GB"));
        assert_eq!(country_meant("fr"), Some("FR"));
        assert_eq!(country_meant("Atlantis"), None);
        assert_eq!(language_meant("en-gb").as_deref(), Some("en_GB"));
        assert_eq!(language_meant("FR_fr").as_deref(), Some("fr_FR"));
        assert_eq!(language_meant("fr"), None);
        assert_eq!(language_meant("french_FR"), None);
    }
}
