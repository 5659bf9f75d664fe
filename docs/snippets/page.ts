// What the TypeScript of the pages takes for granted: a signed-in client, its call screen, and what an app has of its own.
import type { Call, Hullo, LocalMedia, State } from '@hullo/sdk';
import type { HulloCall } from '@hullo/ui';

export declare const client: Hullo;
export declare const hullo: Hullo;
export declare const screen: HulloCall;
export declare const appKey: string;
export declare const server: string;
export declare const tokenProvider: () => Promise<string>;
export declare const props: { readonly user: string; readonly accid: string };
export declare const accid: string;
export declare const token: string;
export declare const tokenFromYourBackend: string;
export declare const freshToken: string;
export declare const me: string;
export declare const callId: string;
export declare const deviceId: string;

/** Puts something on the app's screen. */
export declare function show(...what: readonly unknown[]): void;
export declare function draw(state: State, call: Call | undefined, local: LocalMedia): void;
export declare function explain(error: unknown): void;
export declare function signInAgain(reason: string): void;
export declare function mayCall(accids: readonly string[]): Promise<boolean>;
export declare function mayAnswer(caller: string): Promise<boolean>;
export declare function openMyPicker(call: Call): Promise<readonly string[]>;
export declare function blurred(track: MediaStreamTrack): Promise<MediaStreamTrack>;

export declare const answerButton: HTMLButtonElement;
export declare const declineButton: HTMLButtonElement;
export declare const hangUpButton: HTMLButtonElement;
export declare const soundButton: HTMLButtonElement;
export declare const shareButton: HTMLButtonElement;
export declare const button: HTMLButtonElement;
export declare const teamButton: HTMLButtonElement;
export declare const badge: HTMLElement;
export declare const canvas: HTMLCanvasElement;
export declare const localVideo: HTMLVideoElement;
export declare const remoteVideo: HTMLVideoElement;
export declare const screenVideo: HTMLVideoElement;
export declare const video: HTMLVideoElement;
export declare const controller: AbortController;
export declare function showBadge(count: number): void;
export declare const visibleTiles: readonly { readonly accid: string }[];
export declare function videoOf(accid: string): HTMLVideoElement;
