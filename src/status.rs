//! `spread_outbox_status()`: the same names and values as `spread-outbox status --json`.

use client::error::Error;
use ext_php_rs::convert::IntoZval as _;
use ext_php_rs::types::{ZendHashTable, Zval};
use ext_php_rs::zend::BailoutGuard;
use outbox::status::{Field, Fields, Status};

use crate::zend::{self, ArrayKey, ZendString};
use crate::{ini, outbox_connections, outbox_errors};

const NOT_READ: &str = "was not read";

/// `None` when an exception is pending.
pub(crate) fn status() -> Option<Zval> {
    match fields() {
        Ok(fields) => {
            let fields = BailoutGuard::new(fields);
            array(fields.get())
        }
        Err(error) => {
            outbox_errors::raise(error);
            None
        }
    }
}

/// Does not call Zend after loading the settings.
fn fields() -> Result<Fields, Error> {
    let loaded = ini::current();
    let address = outbox_errors::configured(&loaded, NOT_READ)?;
    let config = &loaded.settings.as_ref().map_err(Clone::clone)?.client;
    let timeout = outbox_connections::of_drain(config);
    zend::with_signals_blocked(|| {
        outbox_connections::with(address, timeout, |store, _| Status::read(store))
    })
    .map(|status| status.fields(address))
    .map_err(|error| outbox_errors::failed(NOT_READ, error))
}

/// `None` when there is no memory left.
fn array(fields: &Fields) -> Option<Zval> {
    let mut array = ZendHashTable::new();
    for (name, field) in fields {
        let value = match field {
            Field::Text(text) => ZendString::new(text.as_bytes()).into_zval(),
            Field::Number(number) => {
                let mut value = Zval::new();
                value.set_long(i64::try_from(*number).unwrap_or(i64::MAX));
                value
            }
            Field::Nothing => Zval::null(),
            Field::List(list) => {
                let mut values = ZendHashTable::new();
                for fields in list {
                    zend::push(&mut values, self::array(fields)?);
                }
                values.into_zval(false).ok()?
            }
        };
        let key = ArrayKey::Name(ZendString::new(name.as_bytes()));
        zend::set(&mut array, &key, value);
    }
    array.into_zval(false).ok()
}
