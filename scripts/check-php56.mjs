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

let failed = false;
function refuse(file, line, what) {
    console.error(`${file}:${line}: PHP 5.6 does not know ${what}`);
    failed = true;
}
for (const file of files) {
    const engine = new Engine({ parser: { version: '5.6', suppressErrors: false }, ast: { withPositions: true } });
    try {
        for (const node of walk(engine.parseCode(readFileSync(file, 'utf8'), file))) {
            const what = news(node);
            if (what) {
                refuse(file, node.loc?.start.line ?? 0, what);
            }
        }
    } catch (error) {
        refuse(file, error.lineNumber ?? 0, `this: ${error.message}`);
    }
}
process.exit(failed ? 1 : 0);
