// Asks a PHP language server about the stubs in a shop, over stdio (LSP 3.17):
//     node check-stubs.mjs intelephense.js SHOP
// No PHP file of the shop may have a diagnostic; the wrong code below must have them.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [server, shop] = process.argv.slice(2);

const RIGHT = `<?php
declare(strict_types=1);

$data = [
    'customer_email' => 'john@doe.com',
    'order_idorder' => '0000001',
    'order_state' => Spread\\OrderState::Paid,
    'order_amount' => 158.31,
    'order_crea_dt' => '2014-06-21 14:31:08',
    'add_tag' => ['tag1', 'tag2'],
    'custom_fields' => [327 => 'value'],
    'product_attributes' => [['size:xl', 'type:shirt'], ['size:s']],
];
$request = ['order_idorder' => '0000001'];
echo strlen(spread_encode_order($data, $request));
foreach (spread_validate_order($data, $request) as $finding) {
    echo strtoupper($finding['field']), $finding['message'];
}
if (spread_update_order($data, $request) === false) {
    echo spread_last_error()?->getMessage(), spread_last_error()?->getRetryAfter();
}
$client = new Spread\\Client('PUBLIC_KEY', privateKey: 'PRIVATE_KEY', options: ['timeout' => 3.5]);
try {
    $client->updateOrder($data, $request);
} catch (Spread\\TimeoutException $error) {
    echo $error->isRetryable() ? 'later' : 'never';
} catch (Spread\\Exception $error) {
    print_r($error->getResponse());
}
`;

// The comment marks the lines that must have a diagnostic.
const WRONG = `<?php
spread_update_order('0000001', []); // wrong
spread_update_order([]); // wrong
echo spread_last_error()->getRetryAfterSeconds(); // wrong
echo strlen(spread_validate_order([], [])); // wrong
new Spread\\Client('PUBLIC_KEY', ['timeout' => 3]); // wrong
echo Spread\\OrderState::Lost; // wrong
spread_encode_order([], []);
`;

// Code being typed, with the cursor at the end.
const TYPED = {
    function: 'spread_',
    method: "$client = new Spread\\Client('PUBLIC_KEY', 'PRIVATE_KEY');\n$client->",
    state: 'echo Spread\\OrderState::',
    call: 'spread_update_order(',
};

let failures = 0;
function check(what, holds, details) {
    console.log(`${holds ? 'ok' : 'NOT OK'}: ${what}`);
    if (!holds) {
        failures++;
        console.log(`    ${JSON.stringify(details)}`);
    }
}

// ------------------------------------------------------------------------------------ the server

const storage = mkdtempSync(join(tmpdir(), 'check-stubs-'));
const child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
const waiting = new Map();
const diagnostics = new Map();
let listeners = [];
let id = 0;
let input = Buffer.alloc(0);

function stop(status) {
    child.kill();
    rmSync(storage, { recursive: true, force: true });
    process.exit(status);
}
const timer = setTimeout(() => {
    console.log('NOT OK: the language server did not answer within 120 s');
    stop(1);
}, 120_000);
child.on('exit', (status) => {
    console.log(`NOT OK: the language server ended with status ${status}`);
    stop(1);
});

function write(message) {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    child.stdin.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
}
const notify = (method, params) => write({ method, params });
const ask = (method, params) => new Promise((resolve) => {
    waiting.set(++id, resolve);
    write({ id, method, params });
});
const hear = (method, fits = () => true) => new Promise((resolve) => listeners.push({ method, fits, resolve }));

child.stdout.on('data', (bytes) => {
    input = Buffer.concat([input, bytes]);
    for (;;) {
        const end = input.indexOf('\r\n\r\n');
        const length = end < 0 ? NaN : Number(/Content-Length: (\d+)/i.exec(input.subarray(0, end))[1]);
        if (!(input.length >= end + 4 + length)) {
            return;
        }
        const message = JSON.parse(input.subarray(end + 4, end + 4 + length));
        input = input.subarray(end + 4 + length);
        received(message);
    }
});

function received(message) {
    if (message.method === undefined) {
        waiting.get(message.id)?.(message.error ?? message.result);
        waiting.delete(message.id);
        return;
    }
    if (message.id !== undefined) {
        const items = message.params?.items ?? [];
        write({ id: message.id, result: message.method === 'workspace/configuration' ? items.map(() => SETTINGS) : null });
        return;
    }
    if (message.method === 'textDocument/publishDiagnostics') {
        diagnostics.set(message.params.uri, message.params.diagnostics);
    }
    const heard = listeners.filter(({ method, fits }) => method === message.method && fits(message.params));
    listeners = listeners.filter((listener) => !heard.includes(listener));
    heard.forEach(({ resolve }) => resolve(message.params));
}

const SETTINGS = { telemetry: { enabled: false }, environment: { phpVersion: '8.2.0' } };

// ------------------------------------------------------------------------------------ the questions

/** Opens a file and waits for its diagnostics. */
async function open(name, text) {
    const uri = pathToFileURL(join(shop, name)).href;
    const published = hear('textDocument/publishDiagnostics', (params) => params.uri === uri);
    notify('textDocument/didOpen', { textDocument: { uri, languageId: 'php', version: 1, text } });
    await published;
    return uri;
}

/** The position after the text. */
function end(text) {
    const lines = text.split('\n');
    return { line: lines.length - 1, character: lines.at(-1).length };
}

const indexed = hear('indexingEnded');
await ask('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(shop).href,
    workspaceFolders: [{ uri: pathToFileURL(shop).href, name: 'shop' }],
    initializationOptions: { storagePath: storage, globalStoragePath: storage, clearCache: true },
    capabilities: {
        workspace: { configuration: true, workspaceFolders: true },
        textDocument: {
            completion: { completionItem: { snippetSupport: false } },
            hover: { contentFormat: ['markdown'] },
            publishDiagnostics: {},
        },
    },
});
notify('initialized', {});
await indexed;

const right = await open('right.php', RIGHT);
const wrong = await open('wrong.php', WRONG);
const examples = [];
for (const name of readdirSync(shop).filter((name) => name.endsWith('.php'))) {
    examples.push([name, await open(name, readFileSync(join(shop, name), 'utf8'))]);
}

for (const [name, uri] of [['right code', right], ...examples]) {
    check(`no diagnostic in ${name}`, diagnostics.get(uri).length === 0, diagnostics.get(uri));
}
WRONG.split('\n').forEach((line, number) => {
    const found = diagnostics.get(wrong).filter(({ range }) => range.start.line === number);
    const expected = line.includes('// wrong');
    if (line.trim() !== '' && number > 0) {
        check(`${expected ? 'a' : 'no'} diagnostic for ${line.replace(/ *\/\/ wrong/, '')}${expected ? ' → ' + found[0]?.message : ''}`, (found.length > 0) === expected, found);
    }
});

const hover = await ask('textDocument/hover', { textDocument: { uri: right }, position: end(RIGHT.slice(0, RIGHT.indexOf('spread_update_order') + 3)) });
const shown = JSON.stringify(hover?.contents ?? '');
for (const piece of ['function spread_update_order(array $data, array $request): mixed', 'Envoie une commande', 'Sends an order', 'code postal', 'customer_email']) {
    check(`hover over spread_update_order shows "${piece}"`, shown.includes(piece), hover);
}

async function atTheEnd(method, name) {
    const text = `<?php\n${TYPED[name]}`;
    return ask(method, { textDocument: { uri: await open(`typed_${name}.php`, text) }, position: end(text) });
}
async function complete(name, ...labels) {
    const answer = await atTheEnd('textDocument/completion', name);
    const items = (answer?.items ?? answer ?? []).map((item) => item.label.replaceAll(/['"]/g, ''));
    check(`completion of ${TYPED[name].split('\n').at(-1)} gives ${labels.join(', ')}`, labels.every((label) => items.includes(label)), items);
}
await complete('function', 'spread_encode_order', 'spread_last_error', 'spread_update_order', 'spread_validate_order');
await complete('method', 'updateOrder', 'validateOrder');
await complete('state', 'Cancelled', 'Completed', 'Paid', 'Pending', 'Shipped');

const help = await atTheEnd('textDocument/signatureHelp', 'call');
const signature = help?.signatures?.[0];
check(`signature help of spread_update_order( is ${signature?.label}`, signature?.parameters?.length === 2 && signature.label.includes('$data'), help);

console.log(failures === 0 ? 'all checks passed' : `${failures} checks failed`);
clearTimeout(timer);
stop(failures === 0 ? 0 : 1);
