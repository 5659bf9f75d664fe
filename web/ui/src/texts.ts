// Every text that the call screens show, in every language. The English table names the keys; a language that lacks
// one does not compile. Words in braces are filled in: {name}, {time}.
const en = {
  'media.audio': 'Voice call',
  'media.video': 'Video call',

  'outgoing.calling': 'Calling…',
  'outgoing.ringing': 'Ringing…',
  'outgoing.screen': 'Calling {name}',
  'incoming.audio': 'Incoming voice call',
  'incoming.video': 'Incoming video call',
  'incoming.screen': '{name} is calling',
  'incall.connecting': 'Connecting…',
  'incall.audio': 'Voice call with {name}',
  'incall.video': 'Video call with {name}',

  'control.accept': 'Accept',
  'control.reject': 'Decline',
  'control.cancel': 'Cancel',
  'control.hangup': 'End',
  'control.mute': 'Mute',
  'control.unmute': 'Unmute',
  'control.cameraOff': 'Camera off',
  'control.cameraOn': 'Camera on',
  'control.toVoice': 'Voice only',
  'control.toVideo': 'Video',
  'control.flip': 'Switch camera',
  'control.swap': 'Swap the two views',
  'control.devices': 'Devices',
  'control.audio': 'Audio',
  'control.close': 'Close',
  'control.bar': 'Call controls',

  'devices.title': 'Devices',
  'devices.microphone': 'Microphone',
  'devices.camera': 'Camera',
  'devices.speaker': 'Speaker',
  'devices.none': 'None found',
  'devices.unnamed': 'Device {number}',
  'devices.default': 'System default',

  'consent.video': '{name} would like to turn on video',
  'consent.hint': 'Your camera starts when you accept.',
  'consent.accept': 'Turn on video',
  'consent.refuse': 'Not now',
  'consent.waiting': 'Waiting for {name} to agree to video…',
  'consent.refused': 'The call stays voice only',
  'switched.audio': 'Switched to a voice call',
  'switched.video': 'Switched to a video call',

  'camera.own': 'Your camera is off',
  'camera.peer': '{name} turned the camera off',
  'microphone.peer': '{name} is muted',
  'microphone.own': 'You are muted',

  'network.own': 'Your connection is weak',
  'network.peerPoor': '{name}’s connection may be weak',
  'network.peerDown': '{name}’s connection may be very weak',
  'network.quality': 'Connection: {level}',
  'quality.unknown': 'measuring',
  'quality.good': 'good',
  'quality.poor': 'fair',
  'quality.bad': 'weak',
  'quality.down': 'interrupted',
  'reconnecting.own': 'Reconnecting…',
  'reconnecting.peer': '{name} is reconnecting…',

  'problem.microphoneDenied': 'Your microphone can’t be used. You can listen; {name} can’t hear you.',
  'problem.camera': 'Your camera can’t be used. {name} can’t see you.',

  'end.hungUp': 'Call ended',
  'end.peerHungUp': '{name} hung up',
  'end.cancelled': 'Call cancelled',
  'end.peerCancelled': '{name} cancelled the call',
  'end.rejected': 'Call declined',
  'end.peerRejected': '{name} declined the call',
  'end.peerBusy': '{name} is on another call',
  'end.noAnswer': '{name} didn’t answer',
  'end.missed': 'Missed call',
  'end.from': 'From {name}',
  'end.unreachable': '{name} can’t be reached right now',
  'end.connectTimedOut': 'The call could not connect',
  'end.lost': 'You lost the connection',
  'end.peerLost': '{name} lost the connection',
  'end.loggedOut': 'You signed out',
  'end.peerLoggedOut': '{name} left the call',
  'end.tokenRefused': 'This call was not authorised',
  'end.server': 'The server ended the call',
  'end.acceptedElsewhere': 'Answered on another device',
  'end.rejectedElsewhere': 'Declined on another device',
  'end.disconnected': 'You are signed out',
  'end.hintMissed': '{name} will see that you called.',
  'end.hintBusy': 'Try again in a little while.',
  'end.hintNetwork': 'Please check your network and try again.',
  'end.duration': 'Duration {time}',

  'error.title': 'That didn’t work',
  'error.unknown': 'Something went wrong. Please try again.',
  'error.no_connection': 'You’re offline. Please check your network.',
  'error.not_logged_in': 'You’re not signed in.',
  'error.signed_out': 'You’ve been signed out. Please sign in again.',
  'error.timeout': 'The server didn’t answer in time. Please try again.',
  'error.server': 'The server has a problem. Please try again.',
  'error.rate_limited': 'That was a bit fast. Please wait a moment.',
  'error.account_not_found': 'This account doesn’t exist.',
  'error.account_disabled': 'This account is disabled.',
  'error.forbidden': 'You’re not allowed to do this.',
  'error.room_token': 'This call was not authorised.',
  'error.called_oneself': 'You can’t call yourself.',
  'error.already_in_call': 'You’re already in a call.',
  'error.in_call_elsewhere': 'You’re in this call on another device.',
  'error.call_over': 'The call is over.',
  'error.already_accepted': 'The call was already answered.',
  'error.already_rejected': 'The call was already declined.',
  'error.invite_cancelled': 'The caller has cancelled.',
  'error.too_large': 'That is too large to send.',
  'error.microphone_denied': 'Microphone access is blocked. Allow it in your browser’s site settings.',
  'error.microphone_unavailable': 'No microphone could be opened. Is it connected, or in use elsewhere?',
  'error.camera_denied': 'Camera access is blocked. Allow it in your browser’s site settings.',
  'error.camera_unavailable': 'No camera could be opened. Is it connected, or in use elsewhere?',

  'record.cancelled': 'Cancelled',
  'record.peerCancelled': 'Cancelled by caller',
  'record.peerRejected': 'Declined',
  'record.rejected': 'Declined by you',
  'record.noAnswer': 'No answer',
  'record.missed': 'Missed',
  'record.peerBusy': 'Busy',
  'record.missedBusy': 'Missed, you were busy',
  'record.unknown': 'Unknown',
  'record.complete': '{time}',
  'record.redial': 'Press to call again',

  'title.calling': '{name} is calling…',
} as const;

/** Names a text. */
export type TextKey = keyof typeof en;

const zh: Record<TextKey, string> = {
  'media.audio': '语音通话',
  'media.video': '视频通话',

  'outgoing.calling': '正在呼叫…',
  'outgoing.ringing': '等待对方接听…',
  'outgoing.screen': '正在呼叫 {name}',
  'incoming.audio': '邀请您语音通话',
  'incoming.video': '邀请您视频通话',
  'incoming.screen': '{name} 来电',
  'incall.connecting': '正在接通…',
  'incall.audio': '正在与 {name} 语音通话',
  'incall.video': '正在与 {name} 视频通话',

  'control.accept': '接听',
  'control.reject': '拒绝',
  'control.cancel': '取消',
  'control.hangup': '挂断',
  'control.mute': '静音',
  'control.unmute': '取消静音',
  'control.cameraOff': '关闭摄像头',
  'control.cameraOn': '打开摄像头',
  'control.toVoice': '转为语音',
  'control.toVideo': '转为视频',
  'control.flip': '切换摄像头',
  'control.swap': '切换大小画面',
  'control.devices': '设备',
  'control.audio': '音频',
  'control.close': '关闭',
  'control.bar': '通话控制',

  'devices.title': '设备',
  'devices.microphone': '麦克风',
  'devices.camera': '摄像头',
  'devices.speaker': '扬声器',
  'devices.none': '未找到设备',
  'devices.unnamed': '设备 {number}',
  'devices.default': '系统默认',

  'consent.video': '{name} 请求转为视频通话',
  'consent.hint': '接受后将打开您的摄像头。',
  'consent.accept': '打开视频',
  'consent.refuse': '暂不',
  'consent.waiting': '等待 {name} 同意视频通话…',
  'consent.refused': '保持语音通话',
  'switched.audio': '已切换为语音通话',
  'switched.video': '已切换为视频通话',

  'camera.own': '关闭了摄像头',
  'camera.peer': '对方关闭了摄像头',
  'microphone.peer': '对方已静音',
  'microphone.own': '您已静音',

  'network.own': '您的网络状态可能不佳',
  'network.peerPoor': '对方网络状态可能不佳',
  'network.peerDown': '对方网络状态可能非常差',
  'network.quality': '网络状态：{level}',
  'quality.unknown': '检测中',
  'quality.good': '良好',
  'quality.poor': '一般',
  'quality.bad': '较差',
  'quality.down': '中断',
  'reconnecting.own': '正在重新连接…',
  'reconnecting.peer': '对方正在重新连接…',

  'problem.microphoneDenied': '无法使用麦克风，您可以收听，但对方听不到您。',
  'problem.camera': '无法使用摄像头，对方看不到您。',

  'end.hungUp': '通话已结束',
  'end.peerHungUp': '对方已挂断',
  'end.cancelled': '已取消',
  'end.peerCancelled': '对方已取消',
  'end.rejected': '已拒绝',
  'end.peerRejected': '对方拒绝了您的邀请',
  'end.peerBusy': '对方正在通话中',
  'end.noAnswer': '对方无应答',
  'end.missed': '未接听',
  'end.from': '来自 {name}',
  'end.unreachable': '暂时无法联系到对方',
  'end.connectTimedOut': '接通失败',
  'end.lost': '您已断开连接',
  'end.peerLost': '对方已断开',
  'end.loggedOut': '您已退出登录',
  'end.peerLoggedOut': '对方已离开',
  'end.tokenRefused': '通话未获授权',
  'end.server': '通话已被服务器结束',
  'end.acceptedElsewhere': '已在其他设备接听',
  'end.rejectedElsewhere': '已在其他设备拒绝',
  'end.disconnected': '您已被登出',
  'end.hintMissed': '{name} 将会看到您的来电。',
  'end.hintBusy': '请稍后再试。',
  'end.hintNetwork': '请检查网络后重试。',
  'end.duration': '通话时长 {time}',

  'error.title': '操作未成功',
  'error.unknown': '出错了，请重试。',
  'error.no_connection': '网络不可用，请检查网络。',
  'error.not_logged_in': '尚未登录。',
  'error.signed_out': '您已被登出，请重新登录。',
  'error.timeout': '服务器响应超时，请重试。',
  'error.server': '服务器出错，请重试。',
  'error.rate_limited': '您的操作太过频繁，请稍后再试。',
  'error.account_not_found': '账号不存在。',
  'error.account_disabled': '账号已被禁用。',
  'error.forbidden': '没有权限。',
  'error.room_token': '通话未获授权。',
  'error.called_oneself': '不能和自己通话哦。',
  'error.already_in_call': '您正在通话中。',
  'error.in_call_elsewhere': '您已在其他设备上通话。',
  'error.call_over': '通话已结束。',
  'error.already_accepted': '通话已被接听。',
  'error.already_rejected': '通话已被拒绝。',
  'error.invite_cancelled': '对方已取消。',
  'error.too_large': '内容过大，无法发送。',
  'error.microphone_denied': '没有麦克风权限，请在浏览器的网站设置中允许。',
  'error.microphone_unavailable': '无法打开麦克风，请检查是否已连接或被其他程序占用。',
  'error.camera_denied': '没有摄像头权限，请在浏览器的网站设置中允许。',
  'error.camera_unavailable': '无法打开摄像头，请检查是否已连接或被其他程序占用。',

  'record.cancelled': '已取消',
  'record.peerCancelled': '对方已取消',
  'record.peerRejected': '对方已拒绝',
  'record.rejected': '已拒绝',
  'record.noAnswer': '对方无应答',
  'record.missed': '未接听',
  'record.peerBusy': '对方正忙',
  'record.missedBusy': '忙线未接听',
  'record.unknown': '未知',
  'record.complete': '通话时长 {time}',
  'record.redial': '点按重拨',

  'title.calling': '{name} 来电…',
};

/** The languages that there are. */
export type Language = 'en' | 'zh';

/** The whole table, for tests and for apps that want to look a text up. */
export const texts: Record<Language, Record<TextKey, string>> = { en, zh };

/** What the braces of a text are filled with. */
export type Fillings = Record<string, string | number>;

/** The text `key` in `lang`, its braces filled. A brace without a filling stays as it is. */
export function text(lang: Language, key: TextKey, fillings: Fillings = {}): string {
  return fill(texts[lang][key], fillings);
}

/** Fills the braces of `pattern`. */
export function fill(pattern: string, fillings: Fillings): string {
  return pattern.replace(/\{(\w+)\}/g, (brace, name: string) => String(fillings[name] ?? brace));
}

/** The language of the table for a tag such as `zh-CN` (BCP 47); English for any that is not Chinese. */
export function languageOf(tag: string): Language {
  return /^zh\b/i.test(tag) ? 'zh' : 'en';
}

/** The language of the page: its `lang`, or else the browser's first choice. */
export function languageOfPage(): Language {
  return languageOf(document.documentElement.lang || navigator.language);
}

/** Reads a `lang` attribute; without one the page decides. */
export const languageConverter = {
  fromAttribute: (tag: string | null): Language => (tag ? languageOf(tag) : languageOfPage()),
};
