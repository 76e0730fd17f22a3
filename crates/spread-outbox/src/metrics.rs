//! `status --prometheus`: Prometheus' text format, version 0.0.4.

use std::fmt::Write as _;

use outbox::status::Status;

pub(crate) fn metrics(status: &Status) -> String {
    let Status {
        now,
        counts,
        key_pairs,
    } = status;
    let mut text = String::new();
    let name = "spread_outbox_records";
    head(
        &mut text,
        name,
        "Records by state; pending ones include those in flight.",
    );
    for (state, count) in [
        ("pending", counts.pending),
        ("refused", counts.refused),
        ("expired", counts.expired),
    ] {
        let _ = writeln!(text, "{name}{{state=\"{state}\"}} {count}");
    }
    let name = "spread_outbox_in_flight";
    head(&mut text, name, "Records that are in flight.");
    let _ = writeln!(text, "{name} {}", counts.in_flight);
    let oldest = status.oldest_seconds().unwrap_or(0);
    let name = "spread_outbox_oldest_seconds";
    head(
        &mut text,
        name,
        "Age of the oldest pending record; 0 without one.",
    );
    let _ = writeln!(text, "{name} {oldest}");
    let name = "spread_outbox_circuit_closed";
    head(
        &mut text,
        name,
        "Whether the circuit of an endpoint or a key pair is closed: 1 or 0.",
    );
    for pair in key_pairs {
        let endpoint = label(&pair.endpoint);
        let key = label(&String::from_utf8_lossy(&pair.public_key));
        for (scope, next_probe) in [
            ("endpoint", pair.endpoint_open_until),
            ("key_pair", pair.key_pair_open_until),
        ] {
            let closed = u8::from(next_probe.is_none());
            let _ = writeln!(
                text,
                "{name}{{endpoint=\"{endpoint}\",public_key=\"{key}\",scope=\"{scope}\"}} {closed}"
            );
        }
    }
    let name = "spread_outbox_time_seconds";
    head(&mut text, name, "The outbox's own clock.");
    let _ = writeln!(text, "{name} {}", now / 1_000);
    text
}

fn head(text: &mut String, name: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
}

/// The value of a label, escaped.
fn label(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
