//! `spread-outbox serve` over HTTP: who gets in, what is shown, what a form changes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;

use crate::mariadb::MariaDb;
use crate::shop::{Service, Shop, until};
use crate::stores::{OPENING, address, update};

/// A running `serve`, and a browser that has opened its address.
struct Pages {
    service: Service,
    port: u16,
    entrance: String,
    cookie: String,
}

impl Pages {
    fn new(shop: &Shop, arguments: &[&str]) -> Self {
        let mut child = shop
            .command(&["serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("the page is http://127.0.0.1:");
        let (port, entrance) = address.unwrap().split_once('/').unwrap();
        let mut pages = Self {
            service: Service::new(child),
            port: port.parse().unwrap(),
            entrance: format!("/{entrance}"),
            cookie: String::new(),
        };
        let answer = pages.get(&pages.entrance);
        assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
        let cookie = answer.split("set-cookie: ").nth(1).unwrap();
        pages.cookie = cookie.split(';').next().unwrap().to_owned();
        pages
    }

    fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let (port, cookie) = (self.port, &self.cookie);
        let host = match headers.contains("Host: ") {
            true => String::new(),
            false => format!("Host: 127.0.0.1:{port}\r\n"),
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\n{host}Connection: close\r\nCookie: {cookie}\r\n{headers}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn get(&self, path: &str) -> String {
        self.send("GET", path, "", "")
    }

    /// Sends the form of a page as a browser does.
    fn submit(&self, path: &str) -> String {
        let page = self.get(path);
        let values = |name: &str| {
            let field = page.split(&format!("name=\"{name}\" value=\"")).nth(1)?;
            field.split('"').next().map(str::to_owned)
        };
        let mut form = format!("token={}", values("token").unwrap());
        if let Some(force) = values("force") {
            form += &format!("&force={force}");
        }
        self.send("POST", path, "", &form)
    }
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn only_who_has_the_address_gets_in() {
    let shop = Shop::new();
    shop.keep("4711", "data[order_idorder]=4711");
    let mut pages = Pages::new(&shop, &[]);
    let page = pages.get("/");
    assert_eq!(status(&page), 200, "{page}");
    assert!(page.contains("4711"), "{page}");
    assert!(page.contains("content-security-policy: default-src 'none'"));
    assert!(!page.contains("s3cret"));

    // DNS rebinding, another site, and a form without the token.
    assert_eq!(
        status(&pages.send("GET", "/", "Host: evil.example\r\n", "")),
        421
    );
    let foreign = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\n";
    assert_eq!(status(&pages.send("GET", "/live", foreign, "")), 403);
    for form in ["", "token=0123456789abcdef0123456789abcdef"] {
        let answer = pages.send("POST", "/records/1/discard", "", form);
        assert_eq!(status(&answer), 403, "{answer}");
    }

    // Without the key, not even a style sheet.
    pages.cookie.clear();
    for path in [
        "/",
        "/?key=0",
        "/records/1",
        "/live",
        "/assets/style.css",
        "/no/such/page",
    ] {
        let answer = pages.get(path);
        assert!([403, 404].contains(&status(&answer)), "{path}: {answer}");
        assert!(!answer.contains("4711"));
    }
    assert_eq!(shop.json(&["list"]).as_array().unwrap().len(), 1);

    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let output = shop.run(&["serve", "--listen", address]);
        assert_eq!(output.status.code(), Some(2));
    }
    pages.service.signal("-TERM");
    let (code, said) = pages.service.end();
    assert_eq!((code, said.as_str()), (Some(0), ""));
}

#[test]
fn a_page_shows_why_an_order_is_pending_and_bodies_only_when_asked() {
    let shop = Shop::new();
    shop.server.answers(503, std::time::Duration::ZERO);
    shop.keep(
        "<b>4711",
        "data%5Bcustomer_name%5D=%3Cb%3EDoe&data%5Bx%5D=1",
    );
    shop.run(&["drain", "--seconds", "1s"]);
    let pages = Pages::new(&shop, &[]);
    let page = pages.get("/?lang=en");
    assert!(
        page.contains("1 pending, 0 in flight, 0 refused, 0 expired"),
        "{page}"
    );
    assert!(page.contains("HTTP 503"));
    assert!(page.contains("&lt;b&gt;4711") && !page.contains("<b>4711"));
    let record = pages.get("/records/1");
    assert!(record.contains("HTTP 503: "), "{record}");
    assert!(!record.contains("Doe"));
    assert_eq!(status(&pages.get("/records/2")), 404);
    assert_eq!(status(&pages.get("/records/x")), 400);
    assert!(pages.get("/?lang=fr").contains("1 en attente"));
    assert!(!pages.get("/?state=refused").contains("/records/1"));
    assert!(!pages.get("/?order=4712").contains("/records/1"));
    assert!(!pages.get("/?after=1").contains("/records/1"));

    let pages = Pages::new(&shop, &["--bodies"]);
    let record = pages.get("/records/1");
    assert!(
        record.contains("&lt;b&gt;Doe") && !record.contains("<b>Doe"),
        "{record}"
    );
    assert!(record.contains("data%5Bcustomer_name%5D="));
}

#[test]
fn a_form_retries_and_discards_after_a_question() {
    let shop = Shop::new();
    shop.server.answers(422, std::time::Duration::ZERO);
    for order in ["1", "2"] {
        shop.keep(order, &format!("data[order_idorder]={order}"));
        shop.run(&["drain", "--seconds", "1s"]);
    }
    let states = || -> Vec<String> {
        let records = shop.json(&["list"]);
        let records = records.as_array().unwrap().iter();
        records
            .map(|record| format!("{} {}", record["id"], record["state"].as_str().unwrap()))
            .collect()
    };
    let refused = states();
    assert!(!refused.is_empty());
    let pages = Pages::new(&shop, &[]);
    for action in ["retry", "discard"] {
        // A question changes nothing.
        assert_eq!(status(&pages.get(&format!("/records/1/{action}"))), 200);
        assert_eq!(states(), refused);
    }
    assert_eq!(status(&pages.submit("/records/1/retry")), 303);
    assert!(states().contains(&"1 pending".to_owned()), "{:?}", states());
    assert_eq!(status(&pages.submit("/records/1/discard")), 303);
    assert!(!states().iter().any(|state| state.starts_with("1 ")));
    assert_eq!(status(&pages.get("/records/1/discard")), 404);

    // A record that a newer, delivered update overtook is retried only by a second form.
    let shop = Shop::new();
    shop.server.answers(422, std::time::Duration::ZERO);
    shop.keep("1", "data[order_idorder]=1");
    shop.run(&["drain", "--seconds", "1s"]);
    assert_eq!(shop.json(&["show", "1"])["state"], "refused");
    shop.server.answers(200, std::time::Duration::ZERO);
    shop.keep("1", "data[order_idorder]=1&data[order_state]=20");
    shop.run(&["drain", "--seconds", "5s"]);
    let pages = Pages::new(&shop, &[]);
    let answer = pages.submit("/records/1/retry");
    assert_eq!(status(&answer), 409, "{answer}");
    assert!(answer.contains("name=\"force\""));
    let token = answer.split("name=\"token\" value=\"").nth(1).unwrap();
    let form = format!("token={}&force=yes", token.split('"').next().unwrap());
    assert_eq!(
        status(&pages.send("POST", "/records/1/retry", "", &form)),
        303
    );
    assert_eq!(shop.json(&["show", "1"])["state"], "pending");
}

#[test]
fn a_page_says_that_the_outbox_is_gone_and_shows_it_when_it_is_back() {
    let shop = Shop::new();
    let path = shop.path();
    let path = path.strip_prefix("sqlite:").unwrap();
    assert_eq!(
        shop.run(&["serve", "--listen", "127.0.0.1:0"])
            .status
            .code(),
        Some(1)
    );
    shop.keep("4711", "a=b");
    let pages = Pages::new(&shop, &[]);
    let aside = format!("{path}.aside");
    std::fs::rename(path, &aside).unwrap();
    let answer = pages.get("/");
    assert_eq!(status(&answer), 503, "{answer}");
    std::fs::rename(&aside, path).unwrap();
    until("the outbox is back", || status(&pages.get("/")) == 200);
}

#[test]
fn the_outbox_of_several_web_nodes_is_shown_without_its_password() {
    let Some(server) = MariaDb::shared() else {
        return;
    };
    let outbox = server.database();
    let mut store = outbox::open(&address(&outbox), OPENING).unwrap();
    let now = store.now().unwrap();
    store.enqueue(&update("4711", "a=b"), None, now).unwrap();
    let shop = Shop::new();
    let pages = Pages::new(&shop, &["--outbox", &outbox]);
    let page = pages.get("/");
    assert!(page.contains("order <bdi>4711</bdi>"), "{page}");
    assert!(page.contains("mysql://shop:"), "{page}");
    assert!(!page.contains("p%40ss") && !page.contains("p@ss"), "{page}");
    assert_eq!(status(&pages.submit("/records/1/discard")), 303);
    assert!(pages.get("/").contains("No records."));
}
