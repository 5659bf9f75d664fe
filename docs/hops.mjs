// Ways through the code: pages that lead from file to file. A hop names a file and what is declared in it, side by side:
// `crates/core/src/hub.rs` `Hub::handle`, `web/sdk/src/hullo.ts` `Hullo.call`.

/** The hops of a page, in order. */
export function hopsOf(text) {
  const hops = text.matchAll(/`((?:crates|web|xtask|examples)\/[\w./-]+\.\w+)` `([^`]+)`/g);
  return [...hops].map(([, path, name]) => ({ path, name }));
}

/** What is wrong with the hops of a page; `read` gives the text of a file, or undefined when there is none. */
export function staleHops(text, read) {
  return hopsOf(text).flatMap(({ path, name }) => {
    const source = read(path);
    if (source === undefined) return [`there is no ${path}`];
    return declares(path, source, name) ? [] : [`${path} does not declare ${name}`];
  });
}

/** The steps of a way that do not begin with a hop. */
export function stepsWithoutHop(text) {
  const steps = [...text.matchAll(/^\d+\. (.*)$/gm)].map(([, step]) => step);
  return steps.filter((step) => !step.startsWith('`') || hopsOf(step).length === 0);
}

/** The files that name an operation and are no step of its recipe. `sources` are pairs of path and text. */
export function forgottenFiles(recipe, sources, names) {
  const steps = new Set(hopsOf(recipe).map(({ path }) => path));
  return sources.filter(([path, text]) => mentions(path, text, names) && !steps.has(path)).map(([path]) => path);
}

/** Tests come after the code, and the compiler or the reference asks for them. */
export function isTest(path) {
  return /\/tests?\/|\/tests\.rs$|\.test\.ts$|^web\/e2e\//.test(path);
}

function mentions(path, text, names) {
  const code = path.endsWith('.rs') ? text.split(/^#\[cfg\(test\)\]\nmod \w+ \{/m)[0] : text;
  const endings = (name) => !name.in || path.endsWith(name.in);
  return names.filter(endings).some(({ word }) => new RegExp(`(?<![\\w#])${escaped(word)}(?!\\w)`).test(code));
}

/** `name` of a file, or `Type::name` (`Class.name`) inside the blocks of that type. */
function declares(path, source, name) {
  const [owner, member] = name.split(path.endsWith('.rs') ? '::' : '.');
  if (member === undefined) return declaration(path).some((kind) => new RegExp(`\\b${kind} ${escaped(owner)}\\b`).test(source));
  return blocksOf(path, source, escaped(owner)).some((block) => memberPattern(path, escaped(member)).test(block));
}

function declaration(path) {
  if (!path.endsWith('.rs')) return ['function', 'class', 'interface', 'type', 'const', 'enum'];
  return ['fn', 'struct', 'enum', 'trait', 'type', 'const', 'static', 'mod', 'macro_rules!'];
}

/** The bodies of `struct`, `enum`, `trait` and `impl`, or of `class` and `interface`: up to the brace at their own depth. */
function blocksOf(path, source, owner) {
  const head = path.endsWith('.rs')
    ? `(?:(?:struct|enum|trait) ${owner}\\b|impl\\b[^{;]*\\b${owner}\\b)`
    : `(?:class|interface|type|const) ${owner}\\b`;
  const block = new RegExp(`^( *)(?:(?:pub|export|abstract|default)(?:\\([a-z]+\\))? )*${head}[^{;]*\\{\\n([\\s\\S]*?)^\\1\\}`, 'gm');
  return [...source.matchAll(block)].map(([, , body]) => body);
}

function memberPattern(path, member) {
  return path.endsWith('.rs')
    ? new RegExp(`\\bfn ${member}\\b|^\\s+(?:pub(?:\\([a-z]+\\))? )?${member}\\b *[,:({=]|^\\s+${member}$`, 'm')
    : new RegExp(`^  (?:(?:async|static|get|set|readonly|private|protected|override) )*${member}\\b *[<(:=?!]`, 'm');
}

function escaped(word) {
  return word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
