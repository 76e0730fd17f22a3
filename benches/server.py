"""A stand-in for the API: nginx with TLS 1.3 and auth_basic in front of a small upstream, and certificates."""

import json
import os
import random
import subprocess

from programs import free_port, program, wait_for

KEYS = ("PUBLIC_KEY", "PRIVATE_KEY")
SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
SMALL_REPLY = '{"status":"success","order":"0000001","updated":"2014-06-21 14:31:08","customer":4711}'


def make_certificates(directory, address):
    """A CA and a server certificate. The bundle is the system's, as in a shop, with this CA at its end: a client
    has to read some 140 certificates."""
    extensions = {
        "ca": "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n",
        "leaf": "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
        f"extendedKeyUsage=serverAuth\nsubjectAltName=IP:127.0.0.1,IP:{address}\n",
    }
    for name, text in extensions.items():
        write(directory, f"{name}.ext", text)
        openssl(directory, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
        openssl(directory, "req", "-new", "-key", f"{name}.key", "-subj", f"/CN=bench {name}", "-out", f"{name}.csr")
    for name, signer in (("ca", "-signkey ca.key"), ("leaf", "-CA ca.pem -CAkey ca.key -set_serial 1")):
        certify = f"x509 -req -days 2 -in {name}.csr {signer} -extfile {name}.ext -out {name}.pem"
        openssl(directory, *certify.split())
    bundle = ""
    if os.path.exists(SYSTEM_BUNDLE):
        with open(SYSTEM_BUNDLE) as system:
            bundle = system.read()
    with open(f"{directory}/ca.pem") as own:
        return write(directory, "bundle.pem", bundle + own.read())


def big_reply():
    """A list of orders, 1 MB of JSON with every kind of value; the same in every run."""
    entropy = random.Random(1)
    orders = []
    size = 0
    while size < 1_000_000:
        order = {
            "id": entropy.randrange(10**9),
            "status": entropy.choice(["success", "pending", "refused"]),
            "amount": round(entropy.uniform(1, 5000), 2),
            "customer": {"name": "Doe", "city": "Saint-Étienne", "optin": entropy.random() < 0.5, "tel": None},
            "tags": [f"tag_{entropy.randrange(100)}" for _ in range(entropy.randrange(5))],
            "note": 'Livraison : 8, rue de la place\nbâtiment A / "23"',
        }
        orders.append(order)
        size += len(json.dumps(order)) + 2
    return json.dumps({"status": "success", "orders": orders})


class Api:
    """nginx at an address; `inside` is the command that runs a program in the link's namespace."""

    def __init__(self, programs, directory, address, inside=()):
        # The port is free here, and nothing else listens in the link's namespace.
        port = free_port()
        os.makedirs(f"{directory}/www", exist_ok=True)
        os.makedirs(f"{directory}/tmp", exist_ok=True)
        os.chmod(f"{directory}/tmp", 0o777)
        write(directory, "www/big.json", big_reply())
        write(directory, "passwords", "{}:{{PLAIN}}{}\n".format(*KEYS))
        name = f"api-{address}"
        configuration = write(directory, f"{name}.conf", self.configuration(directory, name, address, port))
        log = f"{directory}/{name}.out"
        with open(log, "w") as out:
            nginx = programs.start(
                [*inside, program("nginx"), "-e", f"{directory}/{name}.log", "-p", directory, "-c", configuration],
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
            )
        self.nginx = nginx.pid
        self.address = (address, port)
        self.endpoint = f"https://{address}:{port}/api/updateOrder"
        self.big_endpoint = f"https://{address}:{port}/api/big"
        self.crm_endpoint = f"https://{address}:{port}/api/crm/updateOrder"
        wait_for(self.address, nginx, log)

    def processes(self):
        """Of an API on loopback: nginx and its worker."""
        with open(f"/proc/{self.nginx}/task/{self.nginx}/children") as children:
            return [self.nginx, *map(int, children.read().split())]

    @staticmethod
    def configuration(directory, name, address, port):
        user = "user www-data www-data;" if os.geteuid() == 0 else ""
        temporary = "".join(
            f"{kind}_temp_path {directory}/tmp/{name}-{kind};\n"
            for kind in ("client_body", "fastcgi", "proxy", "uwsgi", "scgi")
        )
        return f"""
            {user}
            worker_processes 1;
            daemon off;
            pid {directory}/{name}.pid;
            error_log {directory}/{name}.log;
            events {{ worker_connections 4096; }}
            http {{
                access_log off;
                {temporary}
                # More than any row sends: only clients close connections.
                keepalive_requests 10000000;
                upstream crm {{
                    server unix:{directory}/tmp/{name}.sock;
                    keepalive 16;
                    keepalive_requests 10000000;
                }}
                upstream moody {{
                    server unix:{crm_socket(directory)};
                }}
                server {{
                    listen unix:{directory}/tmp/{name}.sock;
                    default_type application/json;
                    location / {{ return 200 '{SMALL_REPLY}'; }}
                    location = /api/big {{ root {directory}/www; try_files /big.json =404; }}
                }}
                server {{
                    listen {address}:{port} ssl;
                    ssl_protocols TLSv1.3;
                    ssl_certificate {directory}/leaf.pem;
                    ssl_certificate_key {directory}/leaf.key;
                    location /api/ {{
                        auth_basic SPREAD;
                        auth_basic_user_file {directory}/passwords;
                        proxy_pass http://crm;
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                    }}
                    # `crm.py`. A shop with few orders never has a warm connection.
                    location = /api/crm/updateOrder {{
                        keepalive_timeout 250ms;
                        auth_basic SPREAD;
                        auth_basic_user_file {directory}/passwords;
                        proxy_pass http://moody;
                        proxy_read_timeout 1h;
                    }}
                    # nginx serves files for GET only.
                    location = /api/big {{
                        auth_basic SPREAD;
                        auth_basic_user_file {directory}/passwords;
                        proxy_pass http://crm;
                        proxy_method GET;
                        proxy_pass_request_body off;
                        proxy_set_header Content-Length "";
                        proxy_http_version 1.1;
                        proxy_set_header Connection "";
                    }}
                }}
            }}
        """


def crm_socket(directory):
    return f"{directory}/tmp/crm.sock"


def openssl(directory, *arguments):
    result = subprocess.run(
        [program("openssl"), *arguments], cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if result.returncode != 0:
        raise RuntimeError(f"openssl {' '.join(arguments)}: {result.stdout}")


def write(directory, name, text):
    path = f"{directory}/{name}"
    with open(path, "w") as file:
        file.write(text)
    return path
