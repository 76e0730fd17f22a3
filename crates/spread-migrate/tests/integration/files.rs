//! Which files are read, and how they are written.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use crate::shops::{Shop, documented};

#[test]
fn code_of_others_and_links_are_skipped() {
    let snippet = documented();
    let shop = Shop::new();
    for name in [
        "vendor/a.php",
        "lib/vendor/b.php",
        ".git/c.php",
        "node_modules/d.php",
        "e.txt",
        "outside/f.php",
    ] {
        shop.write(name, &snippet);
    }
    shop.write("shop/module.inc", &snippet);
    shop.write("shop/page.PHTML", &snippet);
    symlink(shop.path("outside"), shop.path("shop/linked")).expect("a link");
    symlink(shop.path("outside/f.php"), shop.path("shop/linked.php")).expect("a link");
    symlink(shop.path("shop"), shop.path("shop/loop")).expect("a link");

    let listed = shop.run(&["shop", "vendor"]);
    let files: Vec<_> = listed
        .out
        .lines()
        .filter(|line| line.contains(": updateOrder: "))
        .map(|line| line.split(':').next().unwrap_or_default())
        .collect();
    assert_eq!(
        files,
        ["shop/module.inc", "shop/page.PHTML", "vendor/a.php"],
        "{}",
        listed.out
    );
    let listed = shop.run(&["."]);
    assert!(
        !listed.out.contains("vendor")
            && !listed.out.contains(".git")
            && listed.out.contains("outside/f.php"),
        "{}",
        listed.out
    );
}

#[test]
fn a_file_keeps_its_mode_and_a_link_its_target() {
    let shop = Shop::with(&[("a.php", &documented())]);
    fs::set_permissions(shop.path("a.php"), fs::Permissions::from_mode(0o2640)).expect("a mode");
    let before = fs::metadata(shop.path("a.php")).expect("a file");
    symlink("a.php", shop.path("link")).expect("a link");
    assert_eq!(shop.run(&["--apply", "link"]).status, Some(0));
    let after = fs::metadata(shop.path("a.php")).expect("a file");
    assert_eq!(
        (after.mode(), after.uid(), after.gid()),
        (before.mode(), before.uid(), before.gid())
    );
    assert_ne!(
        after.ino(),
        before.ino(),
        "the file is replaced, not overwritten"
    );
    assert!(
        fs::symlink_metadata(shop.path("link"))
            .expect("a link")
            .is_symlink()
    );
    assert_eq!(shop.names(), ["a.php", "link"]);
}

#[test]
fn a_file_with_two_names_is_left_alone() {
    let shop = Shop::with(&[("a.php", &documented())]);
    fs::hard_link(shop.path("a.php"), shop.path("b.txt")).expect("a second name");
    let output = shop.run(&["--apply", "."]);
    assert_eq!(output.status, Some(2));
    assert_eq!(
        output.err,
        "spread-migrate: ./a.php has several hard links and is left alone\n"
    );
    assert_eq!(shop.read("a.php"), documented());
}

#[test]
fn the_settings_go_into_a_file_that_only_its_owner_reads() {
    let shop = Shop::with(&[("a.php", &documented())]);
    let output = shop.run(&["--ini", "spread.ini", "."]);
    assert_eq!(output.status, Some(1), "{}", output.err);
    let ini = String::from_utf8(shop.read("spread.ini")).expect("UTF-8");
    assert!(
        ini.ends_with("spread.public_key = 'shop'\nspread.private_key = 's3cret'\n"),
        "{ini}"
    );
    let mode = || {
        fs::metadata(shop.path("spread.ini"))
            .expect("a file")
            .mode()
            & 0o7777
    };
    assert_eq!(mode(), 0o600);

    fs::set_permissions(shop.path("spread.ini"), fs::Permissions::from_mode(0o644))
        .expect("a mode");
    assert_eq!(
        shop.run(&["--ini", "spread.ini", "."]).status,
        Some(1),
        "the same content"
    );
    assert_eq!(mode(), 0o600);

    shop.write("spread.ini", b"mine");
    let output = shop.run(&["--apply", "--ini", "spread.ini", "."]);
    assert_eq!(output.status, Some(2));
    assert!(
        output
            .err
            .contains("spread.ini exists with another content and is left alone"),
        "{}",
        output.err
    );
    assert_eq!(shop.read("spread.ini"), b"mine");
    assert_eq!(
        shop.read("a.php"),
        documented(),
        "the keys stay where they are"
    );
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let shop = Shop::new();
    let output = shop.run(&["missing"]);
    assert_eq!(output.status, Some(2));
    assert!(
        output
            .err
            .starts_with("spread-migrate: cannot read the directory: "),
        "{}",
        output.err
    );
    assert_eq!(shop.run(&["."]).status, Some(0));
    assert_eq!(shop.run(&[]).status, Some(2));
}
