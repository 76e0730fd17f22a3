//! URLs of the API that no place accounts for.

use std::collections::BTreeSet;

use methods::Method;

use crate::constants::Constants;
use crate::endpoint::{HOST, endpoint, is_endpoint};
use crate::file::File;
use crate::php::{Node, Php, Reason, ancestors, arguments, descendants, line, parts};
use crate::place::Place;
use crate::values::Reader;

pub(crate) fn unclaimed(files: &[File], constants: &Constants, places: &[Place]) -> Vec<Place> {
    let claimed: BTreeSet<_> = places.iter().flat_map(|place| &place.origins).collect();
    let mut found = Vec::new();
    for file in files {
        let reader = Reader {
            path: &file.path,
            php: &file.php,
            constants,
        };
        for node in descendants(file.php.root()) {
            let literal = matches!(
                node.kind(),
                "string" | "encapsed_string" | "heredoc" | "nowdoc"
            );
            if !literal || !is_endpoint(file.php.bytes_of(node).trim_ascii().trim_suffix_quote()) {
                continue;
            }
            if claimed.contains(&(file.path.clone(), node.start_byte()))
                || is_unused_constant(files, &file.php, node)
            {
                continue;
            }
            found.push(of_literal(&reader, node));
        }
        let known = |place: &Place| place.path == file.path;
        if let Some(line) = file.php.error()
            && names_host(&file.php)
            && !places.iter().chain(&found).any(known)
        {
            let text = "the file is not understood from here on".into();
            found.push(left(&reader, None, Reason { line, text }));
        }
    }
    found
}

trait TrimQuote {
    fn trim_suffix_quote(&self) -> &Self;
}

impl TrimQuote for [u8] {
    fn trim_suffix_quote(&self) -> &Self {
        match self {
            [rest @ .., b'\'' | b'"'] => rest,
            all => all,
        }
    }
}

fn of_literal(reader: &Reader, node: Node) -> Place {
    let text = reader.text(node).map(|known| known.0).unwrap_or_default();
    let method = endpoint(&text).map(|found| found.method);
    let holder = node.parent().filter(|above| {
        matches!(
            above.kind(),
            "const_element" | "property_element" | "assignment_expression"
        )
    });
    let what = match holder.and_then(|holder| parts(holder).first().copied()) {
        Some(holder) => format!(
            "{} holds the URL, and its use is not understood",
            reader.php.text(holder)
        ),
        None => "the URL is used in another way than by curl_setopt() or curl_init()".into(),
    };
    let reason = Reason {
        line: line(node),
        text: what,
    };
    left(reader, method, reason)
}

fn names_host(php: &Php) -> bool {
    let text = php.bytes.to_ascii_lowercase();
    text.windows(HOST.len()).any(|part| part == HOST.as_bytes())
}

fn left(reader: &Reader, method: Option<&'static Method>, reason: Reason) -> Place {
    Place {
        path: reader.path.to_owned(),
        line: reason.line,
        method,
        differences: Vec::new(),
        reasons: vec![reason],
        edits: Vec::new(),
        endpoint: None,
        keys: None,
        secrets: Vec::new(),
        origins: Vec::new(),
    }
}

/// Whether the literal is the value of a constant that nothing names.
fn is_unused_constant(files: &[File], php: &Php, node: Node) -> bool {
    is_in_unused(files, php, node, DEPTH)
}

/// Constants of constants, and so on: this deep.
const DEPTH: usize = 4;

fn is_in_unused(files: &[File], php: &Php, node: Node, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    let definition = ancestors(node).find(|above| {
        matches!(above.kind(), "const_element" | "property_element")
            || php.called(*above).as_deref() == Some("define")
    });
    let Some(definition) = definition else {
        return false;
    };
    if definition.kind() == "property_element" {
        return is_unused_property(php, definition);
    }
    let name = if definition.kind() == "const_element" {
        parts(definition).first().map(|name| php.text(*name))
    } else {
        arguments(definition).and_then(|all| {
            all.first()
                .map(|name| php.text(*name).trim_matches(['\'', '"']).to_owned())
        })
    };
    let Some(name) = name else {
        return false;
    };
    !files.iter().any(|file| {
        descendants(file.php.root()).any(|other| {
            let inside = std::ptr::eq(&file.php, php)
                && definition.byte_range().contains(&other.start_byte());
            let names = match other.kind() {
                "name" => file.php.text(other) == name,
                "string_content" => file.php.text(other).rsplit("::").next() == Some(&name),
                _ => false,
            };
            names && !inside && !is_in_unused(files, &file.php, other, depth)
        })
    })
}

/// Whether no code of its class names the property.
fn is_unused_property(php: &Php, definition: Node) -> bool {
    let name = definition
        .child_by_field_name("name")
        .map(|name| php.text(name));
    let name = name.unwrap_or_default();
    let class = ancestors(definition).find(|above| above.kind() == "declaration_list");
    let private = definition
        .parent()
        .is_some_and(|property| php.text(property).starts_with("private"));
    let mut names = class
        .into_iter()
        .flat_map(descendants)
        .filter(|node| matches!(node.kind(), "name" | "string_content"));
    private
        && !names.any(|node| {
            php.text(node) == name.trim_start_matches('$')
                && !definition.byte_range().contains(&node.start_byte())
        })
}
