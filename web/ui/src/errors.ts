// What to tell a person when an operation was refused: one kind sentence that says what to do.
import type { ErrorKind } from '@hullo/sdk';
import type { DeviceKind } from './client.ts';
import { type Language, type TextKey, text } from './texts.ts';

const keys: Partial<Record<ErrorKind, TextKey>> = {
  no_connection: 'error.no_connection',
  not_logged_in: 'error.not_logged_in',
  wrong_token: 'error.signed_out',
  token_expired: 'error.token_expired',
  token_revoked: 'error.signed_out',
  signed_out: 'error.signed_out',
  timeout: 'error.timeout',
  server: 'error.server',
  storage_unavailable: 'error.server',
  media_busy: 'error.server',
  server_busy: 'error.server_busy',
  rate_limited: 'error.rate_limited',
  account_not_found: 'error.account_not_found',
  account_disabled: 'error.account_disabled',
  forbidden: 'error.forbidden',
  room_token_refused: 'error.room_token',
  token_unavailable: 'error.room_token',
  called_oneself: 'error.called_oneself',
  already_in_call: 'error.already_in_call',
  call_while_calling: 'error.already_in_call',
  call_while_called: 'error.already_in_call',
  call_while_in_call: 'error.already_in_call',
  invite_failed: 'error.invite_failed',
  participant_limit: 'error.participant_limit',
  in_call_on_other_device: 'error.in_call_elsewhere',
  call_not_found: 'error.call_over',
  call_over: 'error.call_over',
  not_in_call: 'error.call_over',
  invite_expired: 'error.call_over',
  already_accepted: 'error.already_accepted',
  already_rejected: 'error.already_rejected',
  invite_cancelled: 'error.invite_cancelled',
  too_large: 'error.too_large',
  microphone_denied: 'error.microphone_denied',
  microphone_unavailable: 'error.microphone_unavailable',
  camera_denied: 'error.camera_denied',
  camera_unavailable: 'error.camera_unavailable',
  screen_unavailable: 'error.screen_unavailable',
  refused_by_app: 'error.refused_by_app',
};

/** The kind of whatever was thrown. */
export function kindOf(error: unknown): ErrorKind {
  const kind = typeof error === 'object' && error !== null && 'kind' in error ? error.kind : undefined;
  return typeof kind === 'string' ? (kind as ErrorKind) : 'unknown';
}

/** What to tell a person about `error`, which may be anything that a rejected promise carries. */
export function explainError(error: unknown, lang: Language): string {
  return text(lang, connectionKeyOf(error) ?? keys[kindOf(error)] ?? 'error.unknown');
}

/** Why there is no connection, where the client knows: not everybody whose server is away is offline. */
function connectionKeyOf(error: unknown): TextKey | undefined {
  if (kindOf(error) !== 'no_connection' || typeof error !== 'object' || error === null) return;
  const why = 'why' in error ? error.why : undefined;
  switch (why) {
    case 'too_many_attempts':
      return 'error.rate_limited';
    case 'server_busy':
      return 'error.server_busy';
    case 'token_expired':
      return 'error.token_expired';
    case 'unreachable':
    case 'refused':
    case 'shutting_down':
      return 'error.unreachable';
    default:
      return;
  }
}

/** The device that `error` is about; undefined for any other error. */
export function deviceOf(error: unknown): DeviceKind | undefined {
  const kind = kindOf(error);
  if (kind === 'microphone_denied' || kind === 'microphone_unavailable') return 'microphone';
  return kind === 'camera_denied' || kind === 'camera_unavailable' ? 'camera' : undefined;
}

/** Whether `error` needs no message because the person has just said no to the browser: no screen was picked. */
export function isOwnRefusal(error: unknown): boolean {
  return kindOf(error) === 'screen_denied';
}

/** Whether `error` needs no message: the call has ended meanwhile, and a notice says so. */
export function isOvertaken(error: unknown): boolean {
  const overtaken: readonly ErrorKind[] = [
    'call_over',
    'call_not_found',
    'not_in_call',
    'invite_cancelled',
    'invite_expired',
    'accept_while_idle',
    'reject_while_idle',
    'cancel_while_idle',
    'switch_while_idle',
    'leave_while_idle',
    'invite_while_idle',
  ];
  return overtaken.includes(kindOf(error));
}
