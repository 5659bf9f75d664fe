// Every text of the demo page; those of the call screens are in @hullo/ui.
import { type BuiltInLanguage, type Fillings, fill } from '@hullo/ui';

/** The languages of the demo. */
export type DemoLanguage = BuiltInLanguage;

const en = {
  tagline: 'Calls that ring, on your own server.',
  'pick.title': 'Who are you?',
  'pick.hint': 'Open a second window, pick someone else there, and call.',
  'pick.failed': 'The accounts could not be loaded. Is the server running?',
  'pick.retry': 'Try again',
  'signIn.running': 'Signing in…',
  'signIn.failed': 'Signing in failed: {reason}',
  'session.replaced': 'You are signed in in another window now.',
  'session.kickedOut': 'You were signed out here, because you have signed in on another device.',
  'session.signedOut': 'You have been signed out.',
  'session.use': 'Use this window',
  'session.reconnecting': 'Reconnecting…',
  'account.switch': 'Switch account',
  'tab.people': 'People',
  'tab.recents': 'Recent calls',
  'contacts.online': 'Online',
  'contacts.offline': 'Offline',
  'contacts.echo': 'Answers by itself: try a call',
  'group.new': 'New group call',
  'group.title': 'New group call',
  'group.hint': 'Pick the people to call.',
  'group.count': '{count} picked',
  'group.voice': 'Voice call',
  'group.video': 'Video call',
  'group.cancel': 'Cancel',
  'call.video': 'Video call with {name}',
  'call.voice': 'Voice call with {name}',
  'conversation.back': 'Back to people',
  'conversation.older': 'Show earlier calls',
  'conversation.empty': 'Say hullo to {name}',
  'conversation.emptyHint': 'Your calls will be listed here.',
  'conversation.choose': 'Pick someone to call',
  'conversation.chooseHint': 'Ring them by voice or video; their window rings at once.',
  'conversation.failed': 'The conversation could not be loaded.',
  'conversation.list': 'Calls with {name}',
  'day.today': 'Today',
  'day.yesterday': 'Yesterday',
  'settings.language': 'Language',
  'settings.theme': 'Theme: {theme}',
  'theme.auto': 'like the system',
  'theme.light': 'light',
  'theme.dark': 'dark',
  'settings.notify': 'Notify me of calls while this page is hidden',
} as const;

/** Names a text of the demo. */
export type DemoKey = keyof typeof en;

const zh: Record<DemoKey, string> = {
  tagline: '会响铃的通话，就在您自己的服务器上。',
  'pick.title': '您是谁？',
  'pick.hint': '再打开一个窗口，选择另一个人，然后拨打。',
  'pick.failed': '无法加载账号，服务器是否在运行？',
  'pick.retry': '重试',
  'signIn.running': '正在登录…',
  'signIn.failed': '登录失败：{reason}',
  'session.replaced': '您已在另一个窗口登录。',
  'session.kickedOut': '您的账号已在其他设备登录，此处已退出。',
  'session.signedOut': '您已被登出。',
  'session.use': '在此窗口使用',
  'session.reconnecting': '正在重新连接…',
  'account.switch': '切换账号',
  'tab.people': '联系人',
  'tab.recents': '最近通话',
  'contacts.online': '在线',
  'contacts.offline': '离线',
  'contacts.echo': '自动接听：试打一个电话',
  'group.new': '发起多人通话',
  'group.title': '发起多人通话',
  'group.hint': '选择要呼叫的人。',
  'group.count': '已选择 {count} 人',
  'group.voice': '语音通话',
  'group.video': '视频通话',
  'group.cancel': '取消',
  'call.video': '与 {name} 视频通话',
  'call.voice': '与 {name} 语音通话',
  'conversation.back': '返回联系人',
  'conversation.older': '显示更早的通话',
  'conversation.empty': '给 {name} 打个电话吧',
  'conversation.emptyHint': '您的通话记录将显示在这里。',
  'conversation.choose': '选择要呼叫的人',
  'conversation.chooseHint': '语音或视频，对方的窗口会立即响铃。',
  'conversation.failed': '无法加载通话记录。',
  'conversation.list': '与 {name} 的通话',
  'day.today': '今天',
  'day.yesterday': '昨天',
  'settings.language': '语言',
  'settings.theme': '主题：{theme}',
  'theme.auto': '跟随系统',
  'theme.light': '浅色',
  'theme.dark': '深色',
  'settings.notify': '页面隐藏时通知我来电',
};

const texts: Record<DemoLanguage, Record<DemoKey, string>> = { en, zh };

/** The demo's text `key` in `lang`. */
export function demoText(lang: DemoLanguage, key: DemoKey, fillings: Fillings = {}): string {
  return fill(texts[lang][key], fillings);
}
