// Listens to the client of <hullo-call>. What is shown is read from the client with each update; its events only say that
// there is something new, and become notices, toasts, marks of speech and network hints.
import type { ErrorBody } from '@hullo/sdk';
import type { ReactiveController } from 'lit';
import type { CallClient } from '../client.ts';
import type { AskingController } from '../devices/asking_controller.ts';
import type { DeviceListController } from '../devices/device_list_controller.ts';
import { deviceOf } from '../errors.ts';
import type { GroupController } from '../group/controller.ts';
import { NetworkTracker } from '../network.ts';
import { personOf } from '../people.ts';
import { othersIn } from '../scene/compose.ts';
import type { TextKey } from '../texts.ts';
import type { CallHost } from './host.ts';
import type { NoticeController } from './notice_controller.ts';

/** Where what the client says goes. */
export interface ClientSinks {
  readonly notices: NoticeController;
  readonly group: GroupController;
  readonly asking: AskingController;
  readonly deviceList: DeviceListController;
  /** Called when the browser blocks sound, and when it no longer does. */
  soundChanged(): void;
}

/** Listens to the client of its host while the host is on the page. */
export class ClientController implements ReactiveController {
  #network = new NetworkTracker();
  #callId: string | undefined;
  #client: CallClient | undefined;
  #unsubscribe: (() => void)[] = [];

  constructor(
    private readonly host: CallHost,
    private readonly sinks: ClientSinks,
  ) {
    host.addController(this);
  }

  /** How good the connections are. */
  get network(): NetworkTracker {
    return this.#network;
  }

  /** Listens to `client` in place of the one before; nothing of that one's call stays. */
  listenTo(client: CallClient | undefined): void {
    if (client === this.#client) return;
    this.#stop();
    this.sinks.group.apply(undefined, performance.now());
    this.#client = client;
    if (this.host.isConnected) this.#subscribe();
  }

  hostConnected(): void {
    this.#subscribe();
    this.host.requestUpdate();
  }

  hostDisconnected(): void {
    this.#stop();
  }

  #stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#unsubscribe = [];
    // What the reports said while nobody listened is not known.
    this.#network = new NetworkTracker();
  }

  #subscribe(): void {
    this.#stop();
    const client = this.#client;
    if (!client) return;
    this.#unsubscribe = [
      client.on('changed', () => this.#applyChange(client)),
      client.on('soundBlocked', () => this.sinks.soundChanged()),
      client.on('devicesChanged', ({ devices }) => this.sinks.deviceList.take(devices)),
      client.on('activeSpeakers', ({ accids }) => this.sinks.group.applySpeakers(accids, performance.now())),
      ...this.#followNetwork(client),
      ...this.#followEnds(client),
      ...this.#followCall(client),
    ];
    this.#applyChange(client);
  }

  #followNetwork(client: CallClient): (() => void)[] {
    return [
      client.on('userEnter', () => {
        if (client.current?.kind !== 'group') this.#network.reset();
      }),
      client.on('callTypeChange', ({ media }) => {
        if (media === 'video') this.#network.reset();
      }),
      client.on('userNetworkQuality', ({ reports }) => {
        this.#network.apply(reports, client.accid);
        this.host.requestUpdate();
      }),
    ];
  }

  /** Notices: a call is over, or goes on elsewhere. */
  #followEnds(client: CallClient): (() => void)[] {
    const { notices } = this.sinks;
    return [
      client.on('callEnd', (event) => notices.showEnd(event)),
      client.on('otherClientAccept', ({ callId }) => notices.showNotice('end.acceptedElsewhere', callId)),
      client.on('otherClientReject', ({ callId }) => notices.showNotice('end.rejectedElsewhere', callId)),
      client.on('otherClientContinue', ({ callId }) => notices.showNotice('end.continuedElsewhere', callId)),
      client.on('disconnect', ({ reason }) => {
        if (reason === 'kicked_out') notices.showKickOut();
        else notices.showNotice('end.disconnected');
      }),
    ];
  }

  /** Toasts: what has happened in a call that goes on. */
  #followCall(client: CallClient): (() => void)[] {
    const { notices } = this.sinks;
    return [
      client.on('callResumed', () => {
        const { current: call, accid } = client;
        notices.showToastAbout('held.resumed', call ? othersIn(call, accid) : []);
      }),
      client.on('userLeave', ({ accid }) => this.#toastInGroup(client, 'group.left', accid)),
      client.on('userDisconnect', ({ accid }) => this.#toastInGroup(client, 'group.lost', accid)),
      client.on('callTypeChange', ({ media }) =>
        notices.showToast(media === 'video' ? 'switched.video' : 'switched.audio'),
      ),
      client.on('error', ({ error }) => {
        if (client.state !== 'idle' && !isShown(error, client)) notices.showError(error);
      }),
    ];
  }

  #applyChange(client: CallClient): void {
    const { current: call, local } = client;
    const { notices, group, asking, deviceList } = this.sinks;
    const now = performance.now();
    group.apply(call, now);
    asking.apply(client, now);
    deviceList.apply(client);
    notices.apply(client);
    if (call?.callId !== this.#callId || local.videoMuted) this.#network.reset();
    this.#callId = call?.callId;
    this.host.requestUpdate();
  }

  #toastInGroup({ state, current }: CallClient, key: TextKey, accid: string): void {
    if (state === 'in_call' && current?.kind === 'group')
      this.sinks.notices.showToast(key, { name: personOf(accid, this.host.people).name });
  }
}

/** Whether the screen says it for as long as it lasts: a device that failed has a banner. */
function isShown(error: ErrorBody, { local }: CallClient): boolean {
  const device = deviceOf(error);
  return device !== undefined && local[device].state === 'failed';
}
