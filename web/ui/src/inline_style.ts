// Styles of one element, set as properties. Lit's `styleMap` writes them as an attribute the first time, which a strict content
// security policy (style-src without 'unsafe-inline') refuses.
import { noChange } from 'lit';
import { Directive, directive, type ElementPart } from 'lit/directive.js';

type Styles = Readonly<Record<string, string>>;

class InlineStyle extends Directive {
  #names: readonly string[] = [];

  render(_: Styles): typeof noChange {
    return noChange;
  }

  override update({ element }: ElementPart, [styles]: [Styles]): typeof noChange {
    const { style } = element as HTMLElement;
    for (const name of this.#names) if (!Object.hasOwn(styles, name)) style.removeProperty(name);
    for (const [name, value] of Object.entries(styles)) style.setProperty(name, value);
    this.#names = Object.keys(styles);
    return noChange;
  }
}

/** `<div ${inlineStyle({ '--one': one, left: '4px' })}>`: names as CSS has them. */
export const inlineStyle = directive(InlineStyle);
