//! The documented rules, and how breaking one is reported.

/// The severity of a finding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// The order or the account breaks a documented rule.
    Error,
    /// It may be valid, but is probably a mistake.
    Warning,
}

impl Severity {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A rule that an order or an account can break.
#[derive(Debug)]
pub struct Rule {
    /// Short and stable: code may compare it.
    pub id: &'static str,
    pub severity: Severity,
    /// The mistake that breaks it, in words.
    pub broken_by: &'static str,
    /// The same in French.
    pub french: &'static str,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

/// A broken rule and the field that breaks it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// For example `data.order_state`.
    pub field: String,
    pub rule: &'static str,
    pub severity: Severity,
    /// One sentence without capital and full stop: the mistake and the expected value.
    pub message: String,
}

/// Declares a constant for each rule, and the table of all rules.
macro_rules! rules {
    ($($name:ident = $id:literal, $severity:ident, $broken_by:literal, $french:literal;)+) => {
        $(
            pub(crate) const $name: &Rule = &Rule {
                id: $id,
                severity: Severity::$severity,
                broken_by: $broken_by,
                french: $french,
            };
        )+

        /// Every rule.
        pub static RULES: &[&Rule] = &[$($name),+];
    };
}

rules! {
    MISSING = "missing", Error,
        "a required field that is not there, null or empty; neither customer_email nor external_id",
        "un champ obligatoire absent, nul ou vide ; ni customer_email ni external_id";
    NOT_TEXT = "not-text", Error,
        "an array or an object where one text is expected",
        "un tableau ou un objet à la place d'un texte";
    NOT_UTF_8 = "not-utf-8", Error,
        "text that is not UTF-8, at any depth",
        "un texte qui n'est pas en UTF-8, à tout niveau";
    TOO_DEEP = "too-deep", Error,
        "an array that contains itself, or is nested too deep to be sent",
        "un tableau qui se contient lui-même, ou imbriqué trop profondément pour être envoyé";
    NOT_AN_EMAIL = "not-an-email", Error,
        "an e-mail address that cannot be one",
        "une adresse e-mail impossible";
    NOT_A_STATE = "not-a-state", Error,
        "an order state other than 0, 10, 20, 50 and 100",
        "un statut de commande autre que 0, 10, 20, 50 et 100";
    NOT_A_NUMBER = "not-a-number", Error,
        "an amount that PHP's is_numeric() refuses",
        "un montant que is_numeric() de PHP refuse";
    NOT_A_DATE_TIME = "not-a-date-time", Error,
        "a time that is not Y-m-d H:i:s, or is not in the calendar",
        "une date et heure qui n'est pas Y-m-d H:i:s, ou absente du calendrier";
    NOT_A_DATE = "not-a-date", Error,
        "a date that is not Y-m-d, or is not in the calendar",
        "une date qui n'est pas Y-m-d, ou absente du calendrier";
    NOT_AN_OPT_IN = "not-an-opt-in", Error,
        "an opt-in other than 1, 0 and -1",
        "une inscription autre que 1, 0 et -1";
    NOT_CONSENTS = "not-consents", Error,
        "consents that are not names with 1, 0, true or false",
        "des consentements qui ne sont pas des noms avec 1, 0, true ou false";
    CONSENTS_WITHOUT_EMAIL = "consents-without-email", Error,
        "consents without customer_email",
        "des consentements sans customer_email";
    NOT_CUSTOM_FIELDS = "not-custom-fields", Error,
        "custom fields whose keys are not integers",
        "des champs personnalisés dont les clés ne sont pas des entiers";
    NOT_TAGS = "not-tags", Error,
        "tags that are neither strings nor one string",
        "des tags qui ne sont ni des textes ni un seul texte";
    NOT_PRODUCT_ATTRIBUTES = "not-product-attributes", Error,
        "product attributes that are not a list of lists of strings",
        "des attributs de produits qui ne sont pas une liste de listes de textes";
    NOT_A_GENDER = "not-a-gender", Warning,
        "a gender other than male and female",
        "un genre autre que male et female";
    GUEST_ID = "guest-id", Warning,
        "an external_id of 0, which shops give to every guest",
        "un external_id égal à 0, que les boutiques donnent à chaque invité";
    NOT_A_COUNTRY = "not-a-country", Warning,
        "a country that is not an ISO 3166-1 alpha-2 code",
        "un pays qui n'est pas un code ISO 3166-1 alpha-2";
    NOT_A_LANGUAGE = "not-a-language", Warning,
        "a language that is not a language and a country such as fr_FR",
        "une langue qui n'est pas une langue et un pays comme fr_FR";
    ESCAPED_TEXT = "escaped-text", Warning,
        "text that is escaped for HTML, at any depth",
        "un texte échappé pour HTML, à tout niveau";
    END_BEFORE_START = "end-before-start", Warning,
        "a service that ends before it starts",
        "une prestation qui finit avant de commencer";
    DIFFERENT_ORDER = "different-order", Warning,
        "request.order_idorder that is not data.order_idorder",
        "un request.order_idorder différent de data.order_idorder";
    ORDER_FIELD = "order-field", Warning,
        "a field of an order in an account",
        "un champ de commande dans un compte";
    EMPTY_ARRAY = "empty-array", Warning,
        "an empty array, which a form cannot carry",
        "un tableau vide, qu'un formulaire ne peut pas transporter";
    UNKNOWN_FIELD = "unknown-field", Warning,
        "a field that is not documented",
        "un champ qui n'est pas documenté";
}
