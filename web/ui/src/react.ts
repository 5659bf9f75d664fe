// @hullo/ui/react: the elements as React components, and `useHullo()`. Importing it defines the elements, and types their tags in JSX.
export type { ElementComponent, ElementTag } from './react/element_component.ts';
export * from './react/elements.ts';
export { useHullo } from './react/use_hullo.ts';
export type { HulloSession, UseHulloOptions } from './session/shared_client.ts';
