// Whether PHP 5.6 can read files: node scripts/check-php56.mjs PARSER FILE…
//
// The parser refuses most of what later versions added. It accepts some of it whatever the version; that is looked
// for in the tree.

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const [parser, ...files] = process.argv.slice(2);
const { Engine } = createRequire(import.meta.url)(parser);

const scalars = /^(int|float|bool|string|iterable|object|mixed|void|never|null|false|true|static)$/i;

// What a node of the tree has that PHP 5.6 does not know, in words; nothing when it knows it all.
function news(node) {
    switch (node.kind) {
        case 'function':
        case 'method':
        case 'closure':
        case 'arrowfunc':
            return node.kind === 'arrowfunc' ? 'an arrow function' : node.type && 'a return type';
        case 'parameter':
            if (node.nullable || (node.type && !['name', 'typereference'].includes(node.type.kind))) {
                return 'a nullable or a union type';
            }
            return node.type && scalars.test(node.type.name ?? node.type.raw) && 'a scalar type';
        case 'class':
            return node.isAnonymous && 'an anonymous class';
        case 'classconstant':
            return node.visibility && 'the visibility of a constant';
        case 'propertystatement':
            return node.properties.some((property) => property.type) && 'a type of a property';
        case 'list':
            return node.shortForm && 'a short list';
        case 'assign':
            return node.left.kind === 'array' && 'a short list';
        case 'foreach':
            return node.value?.kind === 'array' && 'a short list';
        case 'usegroup':
            return node.name && 'a group of names';
        case 'catch':
            return node.what.length > 1 && 'several classes in one catch';
        case 'number':
            return String(node.value).includes('_') && 'a separator in a number';
        default:
            return null;
    }
}

function* walk(node) {
    if (node && typeof node === 'object') {
        if (node.kind) {
            yield node;
        }
        for (const [name, child] of Object.entries(node)) {
            if (name !== 'loc') {
                yield* walk(child);
            }
        }
    }
}

// What PHP 5.6 does not know in a source, with lines.
function* refusals(source, file) {
    const engine = new Engine({ parser: { version: '5.6', suppressErrors: false }, ast: { withPositions: true } });
    try {
        for (const node of walk(engine.parseCode(source, file))) {
            const what = news(node);
            if (what) {
                yield [node.loc?.start.line ?? 0, what];
            }
        }
    } catch (error) {
        yield [error.lineNumber ?? 0, `this: ${error.message}`];
    }
}

// What must be refused, one a line, and what must not.
const newer = String.raw`
function f(): int {}
function f(?A $a) {}
function f(int $a) {}
function f(object $a) {}
function f(A|B $a) {}
function f($a,) {}
class A { private const X = 1; }
class A { public ?A $b; }
class A { public function f(): void {} }
[$a] = $b;
foreach ($a as [$b, $c]) {}
$a = new class {};
try {} catch (A | B $e) {}
try {} catch (A) {}
$a = 1_000;
$a = $b ?? 1;
$a ??= 1;
$a = $b <=> 1;
$a = $b?->c;
$a = fn ($b) => $b;
$a = match (1) { 1 => 2 };
$a = [...$b];
$a = f(...);
f(a: 1);
f(1,);
use A\{B, C};
enum A { case B; }
`;
const known = String.raw`
function f(array $a, A $b = null, callable ...$c) { list($d) = f(...$a); return $d ?: f()[0]; }
class A { const X = 'a' . 'b'; private static $b = [1 => 'c']; }
$a = static function () use ($b) { try { yield 1; } catch (A $e) {} finally { $b(); } };
`;

function selfTest() {
    const cases = (text) => text.trim().split('\n');
    const refused = (line) => [...refusals(`<?php\n${line}`, 'case')].length > 0;
    const wrong = [...cases(newer).filter((line) => !refused(line)), ...cases(known).filter(refused)];
    wrong.forEach((line) => console.error(`scripts/check-php56.mjs judges this wrongly: ${line}`));
    return wrong.length === 0;
}

let passed = selfTest();
for (const file of files) {
    for (const [line, what] of refusals(readFileSync(file, 'utf8'), file)) {
        console.error(`${file}:${line}: PHP 5.6 does not know ${what}`);
        passed = false;
    }
}
process.exit(passed ? 0 : 1);
