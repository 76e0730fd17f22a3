//! Every field of both editions of the API's documentation, and the undocumented `date` and `group`,
//! which the API accepts. Each edition spells the address lines differently; both are accepted.

use methods::Subject;

use crate::kinds::Kind;

/// Which of the two arrays a field belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Document {
    Data,
    Request,
}

impl Document {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Request => "request",
        }
    }
}

/// One field of an order or an account.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub document: Document,
    pub kind: Kind,
    /// Whether it says something of the order. The others are of the customer, and of an account as well.
    pub of_order: bool,
    /// Whether every order must have it.
    pub required: bool,
    /// False for a field that the API accepts without documenting it: it is known but never suggested.
    pub documented: bool,
    /// A condition beside its kind, or empty.
    pub condition: &'static str,
    pub french: &'static str,
    pub english: &'static str,
    /// As PHP code.
    pub example: &'static str,
}

impl Field {
    /// For example `data.order_state`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}.{}", self.document.name(), self.name)
    }

    /// Whether a call about `subject` can have it.
    #[must_use]
    pub fn is_of(&self, subject: Subject) -> bool {
        subject == Subject::Order || !self.of_order
    }

    /// The rule in words: `required; 0, 10, 20, 50 or 100`.
    #[must_use]
    pub fn rule(&self) -> String {
        let required = if self.required { "required" } else { "" };
        let parts = [required, self.kind.expected(), self.condition];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("; ")
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn condition(mut self, condition: &'static str) -> Self {
        self.condition = condition;
        self
    }

    const fn of_order(mut self) -> Self {
        self.of_order = true;
        self
    }

    /// Of `$request`, which is about an order.
    const fn of_request(mut self) -> Self {
        self.document = Document::Request;
        self.of_order()
    }

    const fn undocumented(mut self) -> Self {
        self.documented = false;
        self
    }
}

const fn data(
    name: &'static str,
    kind: Kind,
    example: &'static str,
    french: &'static str,
    english: &'static str,
) -> Field {
    Field {
        name,
        document: Document::Data,
        kind,
        of_order: false,
        required: false,
        documented: true,
        condition: "",
        french,
        english,
        example,
    }
}

/// Every field, in the sequence of the documentation.
#[rustfmt::skip] // A table: one field, a few lines each.
pub static FIELDS: &[Field] = &[
    data("customer_email", Kind::Email, "'john@doe.com'",
        "L'adresse e-mail du client, qui l'identifie.",
        "The customer's e-mail address, which identifies them.")
        .condition("required unless there is external_id, and with consents"),
    data("external_id", Kind::Text, "'12345xxx6789'",
        "L'identifiant du client dans la boutique.",
        "The customer's id in the shop.")
        .condition("required unless there is customer_email; not 0"),
    data("customer_cookie", Kind::Text, "$_COOKIE['sbt']",
        "Le cookie d'authentification du client, s'il est présent.",
        "The customer's authentication cookie, when there is one."),
    data("customer_name", Kind::Text, "'Doe'",
        "Le nom de famille du client.",
        "The customer's last name."),
    data("customer_firstname", Kind::Text, "'John'",
        "Le prénom du client.",
        "The customer's first name."),
    data("customer_isoptin", Kind::OptIn, "'1'",
        "L'inscription à la newsletter : 1 inscrit, 0 non inscrit, -1 inconnu.",
        "Opt-in to the newsletter: 1 yes, 0 no, -1 unknown."),
    data("customer_mobile_isoptin", Kind::OptIn, "'1'",
        "L'inscription aux SMS : 1 inscrit, 0 non inscrit, -1 inconnu.",
        "Opt-in to text messages: 1 yes, 0 no, -1 unknown."),
    data("customer_gender", Kind::Gender, "'male'",
        "Le genre du client.",
        "The customer's gender."),
    data("customer_address", Kind::Text, "'8, rue de la place'",
        "L'adresse postale, première ligne.",
        "The postal address, first line."),
    data("customer_address2", Kind::Text, "'bâtiment A'",
        "L'adresse postale, deuxième ligne.",
        "The postal address, second line."),
    data("customer_address_2", Kind::Text, "'bâtiment A'",
        "L'adresse postale, deuxième ligne (autre orthographe documentée).",
        "The postal address, second line (the other documented spelling)."),
    data("customer_address3", Kind::Text, "'appartement 23'",
        "L'adresse postale, troisième ligne.",
        "The postal address, third line."),
    data("customer_address_3", Kind::Text, "'appartement 23'",
        "L'adresse postale, troisième ligne (autre orthographe documentée).",
        "The postal address, third line (the other documented spelling)."),
    data("customer_cp", Kind::Text, "'76000'",
        "Le code postal.",
        "The postal code."),
    data("customer_city", Kind::Text, "'Rouen'",
        "La ville.",
        "The city."),
    data("customer_country", Kind::Text, "'FR'",
        "Le pays.",
        "The country.")
        .condition("an ISO 3166-1 alpha-2 code such as FR"),
    data("customer_tel", Kind::Text, "'0235000000'",
        "Le numéro de téléphone fixe.",
        "The landline telephone number."),
    data("customer_mobile", Kind::Text, "'060606606'",
        "Le numéro de téléphone mobile.",
        "The mobile telephone number."),
    data("customer_fonction", Kind::Text, "'developer'",
        "La fonction du client dans son entreprise.",
        "The customer's position in their company."),
    data("customer_company", Kind::Text, "'SPREAD'",
        "L'entreprise du client.",
        "The customer's company."),
    data("customer_birthday", Kind::Date, "'1970-12-31'",
        "La date de naissance du client.",
        "The customer's date of birth."),
    data("customer_lang", Kind::Text, "'fr_FR'",
        "La langue du client.",
        "The customer's language.")
        .condition("a language and a country such as fr_FR"),
    data("add_tag", Kind::Tags, "['tag1', 'tag2']",
        "Les tags à ajouter au client.",
        "Tags to add to the customer."),
    data("del_tag", Kind::Tags, "['tag3', 'tag4']",
        "Les tags à supprimer du client.",
        "Tags to remove from the customer."),
    data("action", Kind::Text, "'order'",
        "L'action à l'origine de l'appel.",
        "What the call is about."),
    data("custom_fields", Kind::CustomFields, "[327 => 'value']",
        "Les champs personnalisés, par leur identifiant dans le BackOffice.",
        "Custom fields, by their ids in the BackOffice."),
    data("consents", Kind::Consents, "['newsletter' => true]",
        "Les consentements, par leur nom technique : 1 ou true accepté, 0 ou false refusé.",
        "Consents, by their technical names: 1 or true given, 0 or false refused.")
        .condition("needs customer_email"),
    data("order_idorder", Kind::Text, "'0000001'",
        "L'identifiant unique de la commande dans la boutique.",
        "The order's unique id in the shop.")
        .of_order()
        .required(),
    data("order_state", Kind::State, "'10'",
        "Le statut : 0 annulée, 10 en attente de paiement, 20 payée, 50 expédiée, 100 terminée.",
        "The state: 0 cancelled, 10 payment pending, 20 paid, 50 shipped, 100 completed.")
        .of_order()
        .required(),
    data("order_amount", Kind::Number, "158.31",
        "Le montant de la commande.",
        "The order's amount.")
        .of_order()
        .required(),
    data("order_crea_dt", Kind::DateTime, "'2014-06-21 14:31:08'",
        "La date et l'heure de la commande, en UTC.",
        "When the order was made, in UTC.")
        .of_order()
        .required(),
    data("order_start_service", Kind::Date, "'2019-06-05'",
        "Le début de la prestation.",
        "The first day of the service.")
        .of_order(),
    data("order_end_service", Kind::Date, "'2019-06-14'",
        "La fin de la prestation.",
        "The last day of the service.")
        .of_order()
        .condition("not before order_start_service"),
    data("product_attributes", Kind::ProductAttributes, "[['size:xl', 'type:shirt'], ['size:s', 'color:blue']]",
        "Les attributs des produits de la commande, une liste par produit.",
        "The attributes of the order's products, one list for each.")
        .of_order(),
    data("add_order_tag", Kind::Tags, "['tag_commande_1', 'tag_commande_2']",
        "Les tags à ajouter à la commande.",
        "Tags to add to the order.")
        .of_order(),
    data("del_order_tag", Kind::Tags, "['tag_commande_3', 'tag_commande_4']",
        "Les tags à supprimer de la commande.",
        "Tags to remove from the order.")
        .of_order(),
    data("date", Kind::Any, "'2014-06-21'",
        "Accepté par l'API, sans être documenté.",
        "Taken by the API without being documented.")
        .undocumented(),
    data("group", Kind::Any, "'b2b'",
        "Accepté par l'API, sans être documenté.",
        "Taken by the API without being documented.")
        .undocumented(),
    data("order_idorder", Kind::Text, "'0000001'",
        "L'identifiant unique de la commande à créer ou à mettre à jour.",
        "The unique id of the order to make or to update.")
        .of_request()
        .required()
        .condition("the same as data.order_idorder"),
];
