// @hullo/sdk: calls that ring, for browsers. Start with Hullo.create().
export { fold as foldAccid } from './accid.ts';
export type { Client } from './client.ts';
export type { ClientErrorKind } from './client_errors.ts';
export type { ConnectionFailure } from './connection_failure.ts';
export type { ErrorBody, ErrorKind, ProtocolErrorKind } from './errors.ts';
export { HulloError } from './errors.ts';
export type { CallEvent, HulloEvents, InvitedEvent, UserEvent } from './events.ts';
export { Hullo } from './hullo.ts';
export type { MediaClient } from './media_client.ts';
export type { Language } from './texts.ts';
export { errorText } from './texts.ts';
export type * from './types.ts';
