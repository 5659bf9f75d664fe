// Listens to the client of <hullo-call>: its events become notices, toasts, marks of speech and network hints.
import type { Call } from '@hullo/sdk';
import type { ReactiveController } from 'lit';
import type { CallClient } from '../client.ts';
import type { GroupController } from '../group/controller.ts';
import { NetworkTracker } from '../network.ts';
import { personOf } from '../people.ts';
import { othersIn } from '../scene/compose.ts';
import type { TextKey } from '../texts.ts';
import type { CallHost } from './host.ts';
import type { NoticeController } from './notice_controller.ts';

/** Where the events of the client go. */
export interface ClientSinks {
  readonly notices: NoticeController;
  readonly group: GroupController;
  /** Called with the current call whenever anything has changed; undefined while there is none. */
  changed(call: Call | undefined): void;
}

/** Listens while its host is on the page. */
export class ClientController implements ReactiveController {
  readonly network = new NetworkTracker();
  #reconnecting = false;
  #client: CallClient | undefined;
  #unsubscribe: (() => void)[] = [];

  constructor(
    private readonly host: CallHost,
    private readonly sinks: ClientSinks,
  ) {
    host.addController(this);
  }

  /** This device's connection to the server is being restored. */
  get reconnecting(): boolean {
    return this.#reconnecting;
  }

  /** Listens to `client` in place of the one before. */
  listenTo(client: CallClient | undefined): void {
    this.#client = client;
    this.#setReconnecting(false);
    this.#subscribe();
  }

  hostConnected(): void {
    this.#subscribe();
  }

  hostDisconnected(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#unsubscribe = [];
  }

  #subscribe(): void {
    this.hostDisconnected();
    const client = this.#client;
    if (!client) return;
    const { notices, group } = this.sinks;
    this.#unsubscribe = [
      client.on('changed', () => this.#applyChange(client)),
      client.on('callEnd', (event) => notices.showEnd(event)),
      client.on('otherClientAccept', () => notices.showNotice('end.acceptedElsewhere')),
      client.on('otherClientReject', () => notices.showNotice('end.rejectedElsewhere')),
      client.on('otherClientContinue', () => notices.showNotice('end.continuedElsewhere')),
      client.on('callResumed', () => {
        const { current: call, accid } = client;
        notices.showToastAbout('held.resumed', call ? othersIn(call, accid) : []);
      }),
      client.on('userEnter', () => {
        if (client.current?.kind !== 'group') this.network.reset();
      }),
      client.on('userLeave', ({ accid }) => this.#toastInGroup(client, 'group.left', accid)),
      client.on('userDisconnect', ({ accid }) => this.#toastInGroup(client, 'group.lost', accid)),
      client.on('activeSpeakers', ({ accids }) => group.applySpeakers(accids, performance.now())),
      client.on('callTypeChange', ({ media }) => {
        if (media === 'video') this.network.reset();
        notices.showToast(media === 'video' ? 'switched.video' : 'switched.audio');
      }),
      client.on('userNetworkQuality', ({ reports }) => {
        this.network.apply(reports, client.accid);
        this.host.requestUpdate();
      }),
      client.on('reconnecting', () => this.#setReconnecting(true)),
      client.on('reconnected', () => this.#setReconnecting(false)),
      client.on('disconnect', ({ reason }) => {
        if (reason === 'kicked_out') notices.showKickOut();
        else notices.showNotice('end.disconnected');
      }),
      client.on('error', ({ error }) => {
        if (client.state !== 'idle') notices.showError(error);
      }),
    ];
    this.#applyChange(client);
  }

  #applyChange(client: CallClient): void {
    const { current: call, local } = client;
    const { notices, group, changed } = this.sinks;
    group.apply(call, performance.now());
    if (call) notices.remember(client, call);
    else notices.clearToast();
    if (!call || local.videoMuted) this.network.reset();
    changed(call);
    this.host.requestUpdate();
  }

  #setReconnecting(reconnecting: boolean): void {
    this.#reconnecting = reconnecting;
    this.host.requestUpdate();
  }

  #toastInGroup({ state, current }: CallClient, key: TextKey, accid: string): void {
    if (state === 'in_call' && current?.kind === 'group')
      this.sinks.notices.showToast(key, { name: personOf(accid, this.host.people).name });
  }
}
