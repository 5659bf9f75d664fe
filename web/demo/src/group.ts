// <hullo-demo-group>: picks several people and calls them at once. Takes the place of the list of people.
import type { Media } from '@hullo/sdk';
import { base, icons, type Person, personOf } from '@hullo/ui';
import { html, LitElement, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { askToDial } from './dial.ts';
import { groupPickerStyles } from './group.styles.ts';
import type { SignedIn } from './signed_in.ts';
import { type DemoLanguage, demoText } from './texts.ts';

@customElement('hullo-demo-group')
export class HulloDemoGroup extends LitElement {
  @property({ attribute: false }) override lang: DemoLanguage = 'en';
  @property({ attribute: false }) signedIn?: SignedIn;
  @property({ attribute: false }) online: ReadonlySet<string> = new Set();
  @state() private picked: readonly string[] = [];

  static override styles = [base, groupPickerStyles];

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('input')?.focus();
  }

  #pick(accid: string, picked: boolean): void {
    const others = this.picked.filter((other) => other !== accid);
    this.picked = picked ? [...others, accid] : others;
  }

  #call(media: Media): void {
    if (this.picked.length === 0) return;
    askToDial(this, { accids: this.picked, group: true, media });
    this.#close();
  }

  #close(): void {
    this.dispatchEvent(new CustomEvent('close'));
  }

  protected override render() {
    const { signedIn, lang } = this;
    if (!signedIn) return;
    const title = demoText(lang, 'group.title');
    return html`<div class="head">
        <h2>${title}</h2>
        <button type="button" class="cancel" data-testid="group-cancel" @click=${() => this.#close()}>${demoText(lang, 'group.cancel')}</button>
      </div>
      <ul aria-label=${title} data-testid="group-picker" @keydown=${(event: KeyboardEvent) => event.key === 'Escape' && this.#close()}>
        ${signedIn.others.map(({ accid }) => this.#renderPerson(personOf(accid, signedIn.directory)))}
      </ul>
      <div class="foot">
        <p role="status">${this.#hint()}</p>
        ${this.#button('audio')} ${this.#button('video')}
      </div>`;
  }

  #hint(): string {
    const { lang, picked } = this;
    return picked.length === 0
      ? demoText(lang, 'group.hint')
      : demoText(lang, 'group.count', { count: picked.length });
  }

  #renderPerson(person: Person): TemplateResult {
    const { accid, name } = person;
    const online = this.online.has(accid);
    return html`<li>
      <label>
        <hullo-avatar .person=${person}></hullo-avatar>
        <span class="words">
          <span class="name">${name}</span>
          <span class="presence ${online ? 'on' : ''}">${demoText(this.lang, online ? 'contacts.online' : 'contacts.offline')}</span>
        </span>
        <input
          type="checkbox"
          data-testid="group-pick-${accid}"
          .checked=${this.picked.includes(accid)}
          @change=${(event: Event) => this.#pick(accid, (event.target as HTMLInputElement).checked)}
        />
        <span class="box">${icons.check}</span>
      </label>
    </li>`;
  }

  #button(media: Media): TemplateResult {
    const [testId, key, icon] =
      media === 'video'
        ? (['group-call-video', 'group.video', 'camera'] as const)
        : (['group-call-voice', 'group.voice', 'phone'] as const);
    return html`<button type="button" class="call ${media}" data-testid=${testId} ?disabled=${this.picked.length === 0} @click=${() => this.#call(media)}>
      ${icons[icon]} ${demoText(this.lang, key)}
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-demo-group': HulloDemoGroup;
  }
}
