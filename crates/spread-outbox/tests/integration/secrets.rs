//! The private key in the environment is out of reach of other processes of the worker's user.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::MetadataExt as _;
use std::process::{Child, Command, Output, Stdio};

use crate::shop::Shop;

/// A command without the privileges by which root may look into any process.
fn unprivileged(program: &str) -> Command {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set=-all", "--inh-caps=-all", program]);
    command
}

fn environment_of(child: &Child) -> Output {
    let path = format!("/proc/{}/environ", child.id());
    unprivileged("cat").arg(path).output().unwrap()
}

fn end(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_environment_of_a_running_worker_cannot_be_read() {
    let shop = Shop::new();
    // The control: a program that does not hide its environment.
    let mut echo = unprivileged("sh")
        .args(["-c", "echo started; read -r line"])
        .env("SPREAD_PRIVATE_KEY", "s3cret")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(echo.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let read = environment_of(&echo);
    end(echo);
    let said = String::from_utf8_lossy(&read.stdout).into_owned();
    assert!(said.contains("SPREAD_PRIVATE_KEY=s3cret"), "{read:?}");

    let mut worker = unprivileged(env!("CARGO_BIN_EXE_spread-outbox"))
        .args(["run", "--outbox", &shop.path()])
        .env("SPREAD_PUBLIC_KEY", "shop")
        .env("SPREAD_PRIVATE_KEY", "s3cret")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    BufReader::new(worker.stderr.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.contains("delivers the orders"), "{line}");
    let read = environment_of(&worker);
    end(worker);
    assert!(!read.status.success() && read.stdout.is_empty(), "{read:?}");
}
