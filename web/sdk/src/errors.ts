// What can go wrong, in the numbers and kinds of the protocol, and of the client itself.
import { CLIENT_ERRORS, type ClientErrorKind } from './client_errors.ts';
import type { ConnectionFailure } from './connection_failure.ts';

/** What went wrong; stable across versions. Branch on this, show {@link errorText}. */
export type ErrorKind = ProtocolErrorKind | ClientErrorKind;

/** The kinds that the protocol knows. */
export type ProtocolErrorKind =
  | 'wrong_token'
  | 'token_expired'
  | 'token_revoked'
  | 'forbidden'
  | 'room_token_refused'
  | 'account_not_found'
  | 'timeout'
  | 'bad_request'
  | 'unknown_op'
  | 'too_large'
  | 'bad_sdp'
  | 'no_connection'
  | 'rate_limited'
  | 'exists'
  | 'account_disabled'
  | 'server'
  | 'storage_unavailable'
  | 'media_busy'
  | 'server_busy'
  | 'call_not_found'
  | 'call_exists'
  | 'not_in_call'
  | 'already_in_call'
  | 'invite_expired'
  | 'already_rejected'
  | 'already_accepted'
  | 'invite_cancelled'
  | 'participant_limit'
  | 'in_call_on_other_device'
  | 'invite_failed'
  | 'call_while_calling'
  | 'call_while_called'
  | 'call_while_in_call'
  | 'leave_while_idle'
  | 'leave_while_calling'
  | 'leave_while_called'
  | 'cancel_while_idle'
  | 'cancel_while_called'
  | 'cancel_while_in_call'
  | 'accept_while_idle'
  | 'accept_while_calling'
  | 'accept_while_in_call'
  | 'reject_while_idle'
  | 'reject_while_calling'
  | 'reject_while_in_call'
  | 'switch_while_idle'
  | 'switch_while_calling'
  | 'switch_while_called'
  | 'invite_while_idle'
  | 'invite_while_calling'
  | 'invite_while_called'
  | 'group_only'
  | 'participant_not_found'
  | 'call_over'
  | 'one_to_one_only'
  | 'called_oneself'
  | 'not_logged_in'
  | 'signed_out'
  | 'token_unavailable'
  | 'microphone_denied'
  | 'microphone_unavailable'
  | 'camera_denied'
  | 'camera_unavailable'
  | 'screen_denied'
  | 'screen_unavailable'
  | 'unknown';

/** An error as the protocol carries it. */
export interface ErrorBody {
  /** The number that belongs to `kind`. */
  readonly code: number;
  /** What went wrong. */
  readonly kind: ErrorKind;
  /** What was wrong, with which value, and what to do; English, for the developer. */
  readonly message: string;
  /** In how many milliseconds it may be tried again, where that is known. */
  readonly retry_after_ms?: number;
}

/** The kinds that the SDK itself finds, with the protocol's numbers where the protocol has them. */
const SDK_CODES = {
  bad_request: 414,
  no_connection: 415,
  call_over: 20101,
  microphone_denied: 40000,
  microphone_unavailable: 40001,
  camera_denied: 50000,
  camera_unavailable: 50001,
  unknown: 0,
} as const satisfies Partial<Record<ProtocolErrorKind, number>>;

/** What is known of an error beside its body. */
export interface ErrorDetails {
  readonly why?: ConnectionFailure | undefined;
  /** What was thrown, where something was. */
  readonly cause?: unknown;
}

/** What a failed operation rejects with. */
export class HulloError extends Error implements Omit<ErrorBody, 'retry_after_ms'> {
  override readonly name = 'HulloError';
  /** The number that belongs to {@link HulloError.kind}. */
  readonly code: number;
  /** What went wrong. */
  readonly kind: ErrorKind;
  /** In how many milliseconds it may be tried again, where that is known: of `rate_limited`. */
  readonly retryAfterMs: number | undefined;
  /** Of `no_connection`: why there is none, as far as a page can know; the message says it with the address. */
  readonly why: ConnectionFailure | undefined;

  /** Wraps an error of the protocol. */
  constructor(body: ErrorBody, { why, cause }: ErrorDetails = {}) {
    super(body.message, cause === undefined ? undefined : { cause });
    this.code = body.code;
    this.kind = body.kind;
    this.retryAfterMs = body.retry_after_ms;
    this.why = why;
  }

  /** @internal An error that the SDK itself has found; `cause` is what was thrown, where something was. */
  static of(kind: keyof typeof SDK_CODES | ClientErrorKind, message: string, cause?: unknown): HulloError {
    const code = isOfClient(kind) ? CLIENT_ERRORS[kind].code : SDK_CODES[kind];
    return new HulloError({ code, kind, message }, { cause });
  }
}

function isOfClient(kind: string): kind is ClientErrorKind {
  return Object.hasOwn(CLIENT_ERRORS, kind);
}

/** What someone threw, as a text. Some platform errors (OverconstrainedError) have a name and no message. */
export function messageOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown);
  const { message, name } = thrown as Partial<Error>;
  return message || name || String(thrown);
}
