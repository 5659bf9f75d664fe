// The errors that are the client's own, which no server ever sends: their numbers, and what to tell a person.

/** The kinds of error that only the SDK gives. */
export type ClientErrorKind =
  | 'destroyed'
  | 'invalid_argument'
  | 'refused_by_app'
  | 'sound_blocked'
  | 'processor_failed'
  | 'module_failed';

/** Number and texts of each. */
export const CLIENT_ERRORS: Readonly<Record<ClientErrorKind, { code: number; en: string; zh: string }>> = {
  destroyed: { code: 20120, en: 'The connection for calls has been closed.', zh: '通话服务已关闭。' },
  invalid_argument: { code: 20121, en: 'Calls are not set up correctly.', zh: '通话设置有误。' },
  refused_by_app: { code: 20122, en: 'This call is not possible right now.', zh: '当前无法进行此通话。' },
  sound_blocked: { code: 20123, en: 'Tap the page to turn on the sound.', zh: '请点击页面以开启声音。' },
  processor_failed: { code: 20124, en: 'The effect could not be started.', zh: '无法启用特效。' },
  module_failed: { code: 20125, en: 'Calls could not be loaded.', zh: '通话组件加载失败。' },
};
