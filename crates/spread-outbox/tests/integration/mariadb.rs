//! MariaDB servers of a test process: on loopback, in a temporary directory, and gone with the process.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use mysql::prelude::Queryable as _;
use mysql::{Conn, OptsBuilder};

/// The server, if this machine has one.
pub(crate) struct MariaDb {
    directory: PathBuf,
    pub(crate) port: u16,
    running: Mutex<Option<Child>>,
    arguments: &'static [&'static str],
}

impl MariaDb {
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<MariaDb>> = OnceLock::new();
        SHARED
            .get_or_init(|| {
                let server = Self::start(&[]);
                if server.is_none() {
                    eprintln!("tests on MySQL are skipped: there is no mariadbd");
                }
                server
            })
            .as_ref()
    }

    /// A server that no other test uses.
    pub(crate) fn own() -> Option<Self> {
        Self::start(&[])
    }

    /// As [`Self::own`], started with more arguments.
    pub(crate) fn with(arguments: &'static [&'static str]) -> Option<Self> {
        Self::start(arguments)
    }

    fn start(arguments: &'static [&'static str]) -> Option<Self> {
        let install = program("mariadb-install-db")?;
        program("mariadbd")?;
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "spread-mariadb-{}-{}",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        let directory = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).unwrap();
        let installed = Command::new(install)
            .args(["--no-defaults", "--auth-root-authentication-method=normal"])
            .args(["--skip-test-db", "--user=root"])
            .arg(format!("--datadir={}", directory.join("data").display()))
            // A server that starts deletes the temporary tables of others in its directory for them.
            .arg(format!("--tmpdir={}", directory.display()))
            .output()
            .unwrap();
        assert!(installed.status.success(), "{installed:?}");
        certificates(&directory);
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let server = Self {
            directory,
            port,
            running: Mutex::new(None),
            arguments,
        };
        server.run();
        let mut root = server.root();
        for statement in [
            "CREATE USER 'shop'@'%' IDENTIFIED BY 'p@ss/w:rd'",
            "GRANT ALL ON `spread%`.* TO 'shop'@'%'",
        ] {
            root.query_drop(statement).unwrap();
        }
        Some(server)
    }

    /// Starts the server, and a watcher that kills it by its pid when this process ends, in whatever way:
    /// then the watcher's standard input ends.
    fn run(&self) {
        let path = |name: &str| self.directory.join(name).display().to_string();
        let watch = "\"$@\" & server=$!; cat >/dev/null; kill -9 $server; wait $server; \
                     [ -e \"$KEEP\" ] || rm -rf \"$DIRECTORY\"";
        let child = Command::new("sh")
            .args(["-c", watch, "sh"])
            .arg(program("mariadbd").unwrap())
            .args(["--no-defaults", "--user=root", "--bind-address=127.0.0.1"])
            .args([
                "--innodb-buffer-pool-size=32M",
                "--loose-innodb-log-file-size=16M",
            ])
            .arg("--skip-name-resolve")
            .arg(format!("--datadir={}", path("data")))
            .arg(format!("--tmpdir={}", self.directory.display()))
            .arg(format!("--port={}", self.port))
            .arg(format!("--socket={}", path("socket")))
            .arg(format!("--pid-file={}", path("pid")))
            .arg(format!("--ssl-ca={}", path("ca.pem")))
            .arg(format!("--ssl-cert={}", path("server.pem")))
            .arg(format!("--ssl-key={}", path("server.key")))
            .args(self.arguments)
            .env("DIRECTORY", &self.directory)
            .env("KEEP", path("keep"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(fs::File::create(self.directory.join("log")).unwrap())
            .spawn()
            .unwrap();
        *self.running.lock().unwrap() = Some(child);
        let end = Instant::now() + Duration::from_secs(30);
        while Conn::new(self.options("root", "", "mysql")).is_err() {
            assert!(Instant::now() < end, "{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills the server, as a power cut would, and starts it again.
    pub(crate) fn kill_and_restart(&self, pause: Duration) {
        fs::write(self.directory.join("keep"), "").unwrap();
        let mut child = self.running.lock().unwrap().take().unwrap();
        drop(child.stdin.take());
        child.wait().unwrap();
        fs::remove_file(self.directory.join("keep")).unwrap();
        std::thread::sleep(pause);
        self.run();
    }

    fn options(&self, user: &str, password: &str, database: &str) -> OptsBuilder {
        OptsBuilder::new()
            .ip_or_hostname(Some("127.0.0.1"))
            .tcp_port(self.port)
            .prefer_socket(false)
            .user(Some(user))
            .pass(Some(password))
            .db_name(Some(database))
    }

    pub(crate) fn root(&self) -> Conn {
        Conn::new(self.options("root", "", "mysql")).unwrap()
    }

    /// It is MySQL under MariaDB's name: see `scripts/matrix`.
    pub(crate) fn is_mysql(&self) -> bool {
        let version: Option<String> = self.root().query_first("SELECT VERSION()").unwrap();
        !version.unwrap().contains("MariaDB")
    }

    /// The address of a new database.
    pub(crate) fn database(&self) -> String {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("spread_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut root = self.root();
        root.query_drop(format!("CREATE DATABASE {name}")).unwrap();
        format!(
            "mysql://shop:p%40ss%2Fw%3Ard@127.0.0.1:{}/{name}",
            self.port
        )
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        if let Some(mut child) = self.running.lock().unwrap().take() {
            drop(child.stdin.take());
            let _ = child.wait();
        }
    }
}

fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        // Servers are in sbin, which is not on a plain user's PATH.
        .chain(["/usr/sbin".into(), "/usr/local/sbin".into()])
        .map(|directory| directory.join(name))
        .find(|path| path.exists())
}

/// A CA, another CA that signed nothing here, and a server certificate for 127.0.0.1.
fn certificates(directory: &Path) {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    let authority = |name: &str| {
        let key = KeyPair::generate().unwrap();
        let mut facts = CertificateParams::new(Vec::new()).unwrap();
        facts.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = facts.self_signed(&key).unwrap();
        fs::write(directory.join(name), certificate.pem()).unwrap();
        Issuer::new(facts, key)
    };
    authority("other.pem");
    let issuer = authority("ca.pem");
    let key = KeyPair::generate().unwrap();
    let facts = CertificateParams::new(vec!["127.0.0.1".into()]).unwrap();
    let certificate = facts.signed_by(&key, &issuer).unwrap();
    fs::write(directory.join("server.pem"), certificate.pem()).unwrap();
    fs::write(directory.join("server.key"), key.serialize_pem()).unwrap();
}
