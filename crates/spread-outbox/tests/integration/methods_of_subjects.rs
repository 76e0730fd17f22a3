//! The methods of one order or account share a sequence, and the circuit of their endpoint, on each store.

use crate::shop::Shop;
use crate::store_steps::{LEASE, NOW, claim, complete, failed, last_error};
use crate::stores::{each, update};
use methods::{METHODS, Method};
use outbox::Store;
use outbox::store::{Delivered, FailureScope, Filter, LeaseRequest, Outcome, Update};
use serde_json::Value;

fn method(name: &str) -> &'static Method {
    methods::by_name(name.as_bytes()).unwrap()
}

fn enqueue(store: &mut dyn Store, name: &str, id: &str) {
    let update = Update {
        method: method(name),
        ..update(id, name)
    };
    store.enqueue(&update, None, NOW).unwrap();
}

/// The names of the methods that are claimed now, with the ids.
fn claimed(store: &mut dyn Store, now: i64) -> Vec<String> {
    let claimed = claim(store, 10, now, now);
    let mut names: Vec<String> = claimed
        .iter()
        .map(|one| {
            let id = String::from_utf8_lossy(&one.order_id).into_owned();
            // The body is the method's name.
            assert_eq!(one.body, one.method.name.as_bytes());
            format!("{} {id}", one.method)
        })
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn an_order_is_created_before_it_is_updated_whatever_fails_in_between() {
    each(|store| {
        for name in ["createOrder", "updateOrder", "updateOrder"] {
            enqueue(store, name, "1");
        }
        let first = claim(store, 10, 1, NOW);
        assert_eq!((first.len(), first[0].method.name), (1, "createOrder"));
        let outcome = failed(FailureScope::Order);
        assert!(complete(store, first[0].lease, outcome, NOW));
        // Not due until its delay is over, and the update does not overtake it.
        assert_eq!(claimed(store, NOW), [""; 0]);
        let again = claim(store, 10, 2, NOW + 600_000);
        assert_eq!((again.len(), again[0].method.name), (1, "createOrder"));
        assert!(complete(
            store,
            again[0].lease,
            Outcome::Delivered,
            NOW + 600_000
        ));
        for token in [3, 4] {
            let next = claim(store, 10, token, NOW + 600_000);
            assert_eq!((next.len(), next[0].method.name), (1, "updateOrder"));
            assert!(complete(
                store,
                next[0].lease,
                Outcome::Delivered,
                NOW + 600_000
            ));
        }
    });
}

#[test]
fn a_call_does_not_send_an_update_before_a_pending_creation() {
    each(|store| {
        enqueue(store, "createAccount", "7");
        let lease = LeaseRequest {
            token: 1,
            until: NOW + LEASE,
        };
        let account = Update {
            method: method("updateAccount"),
            ..update("7", "updateAccount")
        };
        assert_eq!(store.enqueue(&account, Some(lease), NOW).unwrap(), None);
        // An order with the id of the account has another sequence.
        let order = update("7", "updateOrder");
        assert!(store.enqueue(&order, Some(lease), NOW).unwrap().is_some());
        assert_eq!(claimed(store, NOW), ["createAccount 7"]);
    });
}

#[test]
fn a_refused_creation_blocks_no_update() {
    each(|store| {
        enqueue(store, "createOrder", "1");
        enqueue(store, "updateOrder", "1");
        let first = claim(store, 10, 1, NOW);
        assert!(complete(
            store,
            first[0].lease,
            Outcome::Refused(last_error()),
            NOW
        ));
        assert_eq!(claimed(store, NOW), ["updateOrder 1"]);
    });
}

#[test]
fn accounts_and_orders_are_listed_by_their_ids_with_their_methods() {
    each(|store| {
        for method in METHODS {
            enqueue(store, method.name, "7");
            enqueue(store, method.name, "8");
        }
        let filter = Filter {
            order_id: Some(b"7"),
            limit: 10,
            ..Filter::default()
        };
        let records = store.list(&filter, NOW).unwrap();
        let listed: Vec<_> = records.iter().map(|record| record.method).collect();
        assert_eq!(listed, METHODS);
    });
}

#[test]
fn a_delivered_update_of_an_account_drops_no_order() {
    each(|store| {
        enqueue(store, "createOrder", "7");
        enqueue(store, "createAccount", "7");
        let delivered = Delivered {
            update: Update {
                method: method("updateAccount"),
                ..update("7", "")
            },
            accepted_before: NOW + 1,
            record: None,
        };
        assert_eq!(store.supersede(&delivered, NOW).unwrap(), 1);
        assert_eq!(claimed(store, NOW), ["createOrder 7"]);
    });
}

#[test]
fn the_methods_share_the_circuit_of_their_endpoint() {
    each(|store| {
        for (name, id) in [("createOrder", "1"), ("createAccount", "2")] {
            enqueue(store, name, id);
        }
        for one in claim(store, 10, 1, NOW) {
            let scope = FailureScope::Endpoint { retry_after: None };
            assert!(complete(store, one.lease, failed(scope), NOW));
        }
        let key_pairs = store.key_pairs(NOW).unwrap();
        assert_eq!(key_pairs.len(), 1);
        assert!(key_pairs[0].endpoint_open_until.is_some());
        enqueue(store, "updateAccount", "3");
        assert_eq!(claimed(store, NOW), [""; 0]);
    });
}

#[test]
fn the_worker_shows_the_method_and_what_it_is_about() {
    let shop = Shop::new();
    let hashed = "email:e985ce1191255a66ca48edcc505bc903";
    shop.keep_of(method("createAccount"), "shop", hashed, "data%5Bx%5D=1");
    shop.keep_of(method("createOrder"), "shop", "7", "data%5Bx%5D=2");

    let records = shop.json(&["list"]);
    let fields = |record: &Value| ["method", "order", "account"].map(|name| record[name].clone());
    let null = Value::Null;
    assert_eq!(
        fields(&records[0]),
        ["createAccount".into(), null.clone(), hashed.into()]
    );
    assert_eq!(
        fields(&records[1]),
        ["createOrder".into(), "7".into(), null]
    );
    assert_eq!(
        shop.json(&["list", "--order", hashed])
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let text = shop.said(&["list"]);
    assert!(
        text.starts_with("id  method         order or account  "),
        "{text}"
    );
    assert!(
        text.contains(&format!("1   createAccount  {hashed}  ")),
        "{text}"
    );
    let text = shop.said(&["show", "1"]);
    assert!(text.contains("method      createAccount\n"), "{text}");
    assert!(text.contains(&format!("account     {hashed}\n")), "{text}");
    assert!(shop.said(&["show", "2"]).contains("order       7\n"));
}

#[test]
fn the_worker_keeps_a_record_whose_endpoint_has_no_url_for_its_method() {
    let shop = Shop::new();
    shop.keep_of(method("createAccount"), "shop", "7", "data%5Bx%5D=1");
    shop.keep("8", "data%5Bx%5D=2");
    assert_eq!(shop.run(&["drain"]).status.code(), Some(3));
    // It is the fault of the record alone: others go out.
    let records = shop.json(&["list"]);
    assert_eq!(records.as_array().unwrap().len(), 1);
    assert_eq!(records[0]["state"], "pending");
    let error = records[0]["last_error"].as_str().unwrap();
    assert!(
        error.starts_with("account 7 was not sent: spread.endpoint must end in updateOrder"),
        "{error}"
    );
}
