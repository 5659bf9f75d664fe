// A Hullo element as a React component, and as a bare tag in JSX: its own properties beside those of any element.
import { createComponent } from '@lit/react';
import type { DetailedHTMLProps, ForwardRefExoticComponent, HTMLAttributes, RefAttributes } from 'react';
import * as React from 'react';

/** The properties of an element that can be set; `undefined` counts as absent. */
type Properties<Element, Names extends keyof Element> = { [Name in Names]?: Element[Name] | undefined };

/** The React component of an element. Its `ref` is the element itself. */
export type ElementComponent<
  Element extends HTMLElement,
  Names extends keyof Element,
  Events = object,
> = ForwardRefExoticComponent<
  Omit<HTMLAttributes<Element>, Names | keyof Events> &
    Properties<Element, Names> &
    Events &
    RefAttributes<Element>
>;

/** The attributes of the bare tag. React 18 sets no properties of it: there take the component. */
export type ElementTag<Element extends HTMLElement, Names extends keyof Element> = Omit<
  DetailedHTMLProps<HTMLAttributes<Element>, Element>,
  Names
> &
  Properties<Element, Names>;

/** Makes a component; `events` are the element's, by the names of their handlers. */
export function elementComponent<Element extends HTMLElement, Names extends keyof Element, Events = object>(
  tagName: string,
  elementClass: new () => Element,
  events: Readonly<Record<string, string>>,
): ElementComponent<Element, Names, Events> {
  const component = createComponent({ react: React, tagName, elementClass, events });
  return component as unknown as ElementComponent<Element, Names, Events>;
}
