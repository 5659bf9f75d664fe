// A Hullo element as a Vue component: properties are set as properties, as they are and not as reactive copies, and its events are
// emitted without the prefix. The app's compiler has to know nothing of custom elements.
import { type AllowedComponentProps, defineComponent, h, shallowRef, toRaw, type VNodeProps } from 'vue';
import '../index.ts';

/** The properties of an element that can be set; `undefined` counts as absent. */
type Properties<Element, Names extends keyof Element> = { [Name in Names]?: Element[Name] | undefined };

/** The Vue component of an element. A template ref to it has the element as `element`. */
export type ElementComponent<
  Element extends HTMLElement,
  Names extends keyof Element,
  Events = object,
> = new () => {
  $props: AllowedComponentProps & VNodeProps & Properties<Element, Names> & Events;
  /** The element, once it is mounted. */
  readonly element: Element | null;
};

/**
 * Makes one; `events` are the element's, by the names under which they are emitted, and `flags` those properties that a template
 * may write without a value.
 */
export function elementComponent<
  Element extends HTMLElement,
  Names extends keyof Element & string,
  Events = object,
>(
  tag: string,
  properties: readonly Names[],
  events: Readonly<Record<string, string>>,
  flags: readonly Names[] = [],
): ElementComponent<Element, Names, Events> {
  const component = defineComponent({
    name: tag,
    // `null` takes any type; a property that was not given is left to the element.
    props: Object.fromEntries(
      properties.map((name) => [name, { type: flags.includes(name) ? Boolean : null, default: undefined }]),
    ),
    emits: Object.keys(events),
    setup(props: Record<string, unknown>, { emit, expose, slots }) {
      const element = shallowRef<Element | null>(null);
      expose({ element });
      const listeners = Object.fromEntries(
        Object.entries(events).map(([name, event]) => [
          listenerName(event),
          (fired: Event) => emit(name, fired),
        ]),
      );
      let before: readonly string[] = [];
      return () => {
        const given = properties.filter((name) => props[name] !== undefined || before.includes(name));
        before = given;
        const values = Object.fromEntries(given.map((name) => [`.${name}`, toRaw(props[name])]));
        return h(tag, { ref: element, ...values, ...listeners }, slots.default?.());
      };
    },
  });
  return component as unknown as ElementComponent<Element, Names, Events>;
}

/** How Vue is told of a native event: `onHulloRedial` listens to `hullo-redial`. */
function listenerName(event: string): string {
  return `on-${event}`.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
