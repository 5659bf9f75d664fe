// @hullo/ui/vue: the elements as Vue components, and `useHullo()`. Importing it defines the elements, and types their tags in templates.
export type { HulloSession, UseHulloOptions } from './session/shared_client.ts';
export type { ElementComponent } from './vue/element_component.ts';
export * from './vue/elements.ts';
export { type HulloRefs, useHullo } from './vue/use_hullo.ts';
