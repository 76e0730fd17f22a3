//! The columns of a CSV file → the fields of an order or an account.
//!
//! A column's name is its field's unless `--map` gives it another: `customer_email`,
//! `request.order_idorder`, `consents[newsletter]`, `add_order_tag[0]`. A column that is mapped to nothing
//! is left out, and so is an empty cell.

use rules::{Key, Value, form};

/// `NAME=VALUE` of the command line.
#[derive(Clone, Debug)]
pub struct Pair {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl std::str::FromStr for Pair {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
        Ok(Self {
            name: name.into(),
            value: value.into(),
        })
    }
}

/// Where a value goes: `data` or `request`, then the keys to it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Place {
    in_request: bool,
    path: Vec<Key>,
}

impl Place {
    /// Reads `field`, `data.field`, `request.field`, each perhaps with `[key]` behind it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (in_request, text) = match text.strip_prefix("request.") {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix("data.").unwrap_or(text)),
        };
        let (name, mut rest) = text.split_at(text.find('[').unwrap_or(text.len()));
        if name.is_empty() {
            return None;
        }
        let mut path = vec![Key::of(name.as_bytes())];
        while !rest.is_empty() {
            let (inner, after) = rest.strip_prefix('[')?.split_once(']')?;
            path.push(Key::of(inner.as_bytes()));
            rest = after;
        }
        Some(Self { in_request, path })
    }

    /// Of `data` and `request`, the one it is in.
    pub(crate) fn document<'d>(&self, [data, request]: &'d mut [Value; 2]) -> &'d mut Value {
        if self.in_request { request } else { data }
    }

    /// Puts a text there, in place of an earlier one.
    pub(crate) fn put(&self, document: &mut Value, text: &[u8]) {
        form::put(document, &self.path, Value::Text(text.to_vec()));
    }
}

/// The place of each column; nothing for one that is left out.
pub(crate) struct Columns(Vec<Option<Place>>);

impl Columns {
    /// # Errors
    /// A sentence about a column or an option.
    pub(crate) fn new<'n>(
        names: impl Iterator<Item = &'n [u8]>,
        map: &[Pair],
    ) -> Result<Self, String> {
        let names: Vec<_> = names.map(String::from_utf8_lossy).collect();
        if let Some(unknown) = map
            .iter()
            .find(|pair| names.iter().all(|name| *name != pair.name))
        {
            return Err(format!("the file has no column {}", unknown.name));
        }
        let place = |(index, name): (usize, &std::borrow::Cow<'_, str>)| {
            let mapped = map.iter().rev().find(|pair| *name == pair.name);
            let field = mapped.map_or(name.as_ref(), |pair| &pair.value);
            if field.is_empty() && mapped.is_some() {
                return Ok(None);
            }
            let place = Place::parse(field).ok_or_else(|| match mapped {
                Some(_) => format!("{field} is not the name of a field"),
                None => format!("column {} has no field for a name", index + 1),
            })?;
            Ok(Some(place))
        };
        let places = names.iter().enumerate().map(place);
        Ok(Self(places.collect::<Result<_, String>>()?))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// `data` and `request` of one row.
    pub(crate) fn documents<'c>(&self, cells: impl Iterator<Item = &'c [u8]>) -> [Value; 2] {
        let mut documents = [Value::Array(Vec::new()), Value::Array(Vec::new())];
        for (place, cell) in self.0.iter().zip(cells) {
            if let Some(place) = place
                && !cell.is_empty()
            {
                place.put(place.document(&mut documents), cell);
            }
        }
        documents
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn columns(names: &[&str], map: &[&str]) -> Result<Columns, String> {
        let map: Vec<Pair> = map.iter().map(|pair| pair.parse().unwrap()).collect();
        Columns::new(names.iter().map(|name| name.as_bytes()), &map)
    }

    fn text(text: &str) -> Value {
        Value::Text(text.as_bytes().to_vec())
    }

    fn name(name: &str) -> Key {
        Key::Name(name.as_bytes().to_vec())
    }

    #[test]
    fn a_column_is_its_field_unless_it_is_mapped() {
        let names = ["order_idorder", "E-mail", "request.order_idorder", "note"];
        let map = ["E-mail=data.customer_email", "note="];
        let columns = columns(&names, &map).unwrap();
        let cells = ["7", "a@example.org", "8", "secret"].map(str::as_bytes);
        let [data, request] = columns.documents(cells.into_iter());
        let expected = vec![
            (name("order_idorder"), text("7")),
            (name("customer_email"), text("a@example.org")),
        ];
        assert_eq!(data, Value::Array(expected));
        let expected = vec![(name("order_idorder"), text("8"))];
        assert_eq!(request, Value::Array(expected));
    }

    #[test]
    fn brackets_lead_into_arrays_and_empty_cells_are_left_out() {
        let names = ["tag[0]", "tag[1]", "tag[2]", "consents[mail][x]"];
        let columns = columns(&names, &[]).unwrap();
        let cells = ["a", "", "c", "1"].map(str::as_bytes);
        let [data, _] = columns.documents(cells.into_iter());
        let tags = vec![(Key::Index(0), text("a")), (Key::Index(2), text("c"))];
        let inner = Value::Array(vec![(name("x"), text("1"))]);
        let consents = Value::Array(vec![(name("mail"), inner)]);
        let expected = vec![
            (name("tag"), Value::Array(tags)),
            (name("consents"), consents),
        ];
        assert_eq!(data, Value::Array(expected));
    }

    #[test]
    fn a_mapping_that_fits_nothing_is_an_error() {
        assert!(columns(&["a"], &["b=c"]).is_err());
        assert!(columns(&["a"], &["a=[0]"]).is_err());
        assert!(columns(&["a", ""], &[]).is_err());
        for text in ["a[", "a[0", "a[0]b", "[0]", ""] {
            assert_eq!(Place::parse(text), None, "{text}");
        }
    }
}
