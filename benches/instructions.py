"""Instructions, counted by callgrind: they do not depend on the machine's load.

A loop runs twice, with few and with many iterations, in separate processes. The difference, divided by
the additional iterations, is the cost of one: starting PHP and the setup of the first one cancel out.

Encoding is measured as shops call it, including the function call, with the shipped extension.

Decoding has no PHP function, and subtracting one whole call from another would be wrong: an answer that is
not JSON is searched again, for numbers, before it is returned as text. So only the instructions inside
one function are counted (--toggle-collect), on both sides: php_json_decode_ex(), which PHP exports, and
its counterpart here. The shipped extension is stripped; the count is from a build that differs only in
that.
"""

import os
import re
import subprocess
import tempfile
from functools import partial

from figures import Row
from programs import Missing, end_with_parent, output, program
from server import SMALL_REPLY, write
from shop import ROOT

PHP_DECODER = "php_json_decode_ex"
# The first one in the build: the compiler may inline one into the other.
DECODERS = ("spread::decode::json", "spread::decode::answer")


def encode_rows(bench):
    rows = []
    orders = (("the documented order", "", (100, 1100)), ("an order of 500 products", "-500", (5, 25)))
    for name, suffix, turns in orders:
        ours, theirs = bench.together(
            partial(per_turn, bench, "spread", turns, "loop.php", f"spread-encode{suffix}"),
            partial(per_turn, bench, "none", turns, "loop.php", f"php-encode{suffix}"),
        )
        rows.append(compare(f"spread_encode_order / http_build_query, {name}", ours, theirs, 1.0))
    return rows


def call_rows(bench):
    endpoint = bench.here.endpoint
    ours, theirs = bench.together(
        partial(per_turn, bench, "spread", (50, 250), "loop.php", "order", endpoint=endpoint),
        partial(per_turn, bench, "curl", (50, 250), "loop.php", "order", endpoint=endpoint),
    )
    return [compare("a whole warm order over https, spread / php-curl with one handle kept", ours, theirs, 1.0)]


def decode_rows(bench):
    program("valgrind")
    extension = build_with_symbols()
    decoder = symbol(extension)
    replies = {
        "a small reply": (SMALL_REPLY, bench.here.endpoint, (20, 120), (100, 1100)),
        "a reply of 1 MB": (bench.big_reply, bench.here.big_endpoint, (2, 6), (2, 6)),
    }
    rows = []
    for name, (reply, endpoint, turns, php_turns) in replies.items():
        file = write(bench.directory, "reply.json", reply)
        inside = {"extension": extension, "inside": decoder}
        ours, theirs = bench.together(
            partial(per_turn, bench, "spread", turns, "loop.php", "order", endpoint=endpoint, **inside),
            partial(per_turn, bench, "none", php_turns, "loop.php", "php-decode", file=file, inside=PHP_DECODER),
        )
        rows.append(compare(f"decoding / json_decode, {name}", ours, theirs, 1.0))
    return rows


def compare(measure, ours, theirs, limit):
    return Row("instructions", measure, "≤", limit, " ×", ours / theirs, None, f"{ours:,.0f} and {theirs:,.0f}")


def per_turn(bench, peer, turns, script, what, endpoint=None, file=None, extension=None, inside=None):
    more = [file] if file else []
    few, many = (count(bench, peer, endpoint, inside, [script, what, str(n), *more], extension) for n in turns)
    if inside and many == few:
        raise Missing(f"{inside} was never called")
    return (many - few) / (turns[1] - turns[0])


def count(bench, peer, endpoint, inside, arguments, extension):
    """Instructions of one process: all, or those of a function and its callees."""
    with tempfile.NamedTemporaryFile(dir=bench.directory) as out:
        toggle = ["--collect-atstart=no", f"--toggle-collect={inside}"] if inside else []
        result = subprocess.run(
            [
                program("valgrind"),
                "--tool=callgrind",
                f"--callgrind-out-file={out.name}",
                *toggle,
                *bench.shop.command(peer, endpoint, *arguments, extension=extension),
            ],
            env=bench.shop.environment(peer, endpoint),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=end_with_parent,
        )
        with open(out.name) as written:
            total = re.search(r"^totals: (\d+)", written.read(), re.MULTILINE)
    if result.returncode != 0 or total is None:
        said = [line for line in result.stdout.splitlines() if line and not line.startswith("==")]
        raise RuntimeError(f"under callgrind: {' '.join(said)}")
    return int(total[1])


def build_with_symbols():
    """Builds into a separate directory; the shipped build stays unchanged."""
    where = f"{ROOT}/target/symbols"
    print("building spread.so with its symbols, for callgrind", flush=True)
    result = subprocess.run(
        ["make", "--no-print-directory", "build", f"CARGO_TARGET_DIR={where}", f"MODULES={where}"],
        cwd=ROOT,
        env={**os.environ, "CARGO_PROFILE_RELEASE_STRIP": "none"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if result.returncode != 0:
        raise Missing(f"the build with symbols failed: {result.stdout[-2000:]}")
    return f"{where}/spread.so"


def symbol(extension):
    names = output(program("nm"), "--demangle", extension)
    for decoder in DECODERS:
        if re.search(rf" {re.escape(decoder)}(::h[0-9a-f]+)?$", names, re.MULTILINE):
            return decoder
    raise Missing(f"none of {', '.join(DECODERS)} is in the build: the compiler has inlined them")
