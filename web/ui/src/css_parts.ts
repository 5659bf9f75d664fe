// The parts that an app's style sheet can reach, wherever in the surface they are: what `exportparts` passes on.

/** For `exportparts` of everything between `<hullo-call>` and what has a part. */
export const PARTS = [
  'name',
  'status',
  'portrait',
  'actions',
  'controls',
  'button',
  'button-accept',
  'button-danger',
  'tile',
  'small',
  'banner',
  'sheet',
].join(', ');
