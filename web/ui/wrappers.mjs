// Writes what a framework needs of the elements from what custom-elements.json says of them: a React component, a Vue component
// and the types of the bare tag for each. Used by manifest.mjs.

const HEAD = (source) =>
  `// Generated from custom-elements.json by manifest.mjs: \`npm run manifest -w ui\` renews it. ${source}\n`;

/** `[file, content]` of each generated file. `declarations` are the elements of the manifest. */
export function wrappersOf(declarations) {
  const elements = declarations.map(elementOf);
  return [
    ['src/react/elements.ts', reactComponents(elements)],
    ['src/vue/elements.ts', vueComponents(elements)],
  ];
}

function elementOf({ name, tagName, description, members, events = [] }) {
  const fields = members.filter(
    ({ kind, readonly, static: isStatic }) => kind === 'field' && !readonly && !isStatic,
  );
  return {
    name,
    tagName,
    description: inComment(description),
    properties: fields.map((member) => member.name),
    flags: fields.filter(({ type }) => type?.text === 'boolean').map((member) => member.name),
    events: events.map(eventOf),
  };
}

function eventOf({ name, type, description }) {
  const own = name.replace(/^hullo-/, '');
  return {
    name,
    own,
    handler: `on-${own}`.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()),
    type: type.text,
    description,
  };
}

function reactComponents(elements) {
  const blocks = elements.map(
    ({ name, tagName, description, properties, events }) => `
${handlersOf(name, events)}/** ${description} */
export const ${name} = elementComponent<Ui.${name}, ${union(properties)}${events.length > 0 ? `, ${name}Events` : ''}>(
  '${tagName}',
  Ui.${name},
  { ${events.map(({ handler, name: event }) => `${handler}: '${event}'`).join(', ')} },
);
`,
  );
  const tags = elements.map(
    ({ name, tagName, properties }) => `      '${tagName}': ElementTag<Ui.${name}, ${union(properties)}>;\n`,
  );
  return `${HEAD('React components of the elements.')}
import * as Ui from '../index.ts';
import { type ElementTag, elementComponent } from './element_component.ts';
${blocks.join('')}
declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
${tags.join('')}    }
  }
}
`;
}

function vueComponents(elements) {
  const blocks = elements.map(
    ({ name, tagName, description, properties, flags, events }) => `
${handlersOf(name, events)}/** ${description} */
export const ${name} = elementComponent<Ui.${name}, ${union(properties)}${events.length > 0 ? `, ${name}Events` : ''}>(
  '${tagName}',
  ${JSON.stringify(properties)},
  { ${events.map(({ own, name: event }) => `${JSON.stringify(own)}: '${event}'`).join(', ')} },
  ${JSON.stringify(flags)},
);
`,
  );
  const tags = elements.map(({ name, tagName }) => `    '${tagName}': typeof ${name};\n`);
  return `${HEAD('Vue components of the elements.')}
import type * as Ui from '../index.ts';
import { elementComponent } from './element_component.ts';
${blocks.join('')}
declare module 'vue' {
  interface GlobalComponents {
${tags.join('')}  }
}
`;
}

/** The handlers of an element's events, if it has any. */
function handlersOf(name, events) {
  if (events.length === 0) return '';
  const handlers = events.map(
    ({ handler, type, description }) =>
      `\n  /** ${inComment(description, '  ')} */\n  ${handler}?: ((event: ${typeOf(type)}) => void) | undefined;\n`,
  );
  return `/** What \`${name}\` reports. */\nexport interface ${name}Events {${handlers.join('')}}\n\n`;
}

/** A description within a comment. */
function inComment(description, indent = '') {
  return description.replaceAll('\n', `\n${indent} * `);
}

/** The type of an event; what it carries is exported beside the elements. */
function typeOf(text) {
  return text.replace(/^CustomEvent<([A-Z]\w*)/, 'CustomEvent<Ui.$1');
}

function union(names) {
  return names.length === 0 ? 'never' : names.map((name) => `'${name}'`).join(' | ');
}
