// <hullo-avatar>: a person's picture, or initials on a gradient that belongs to the account.
import { css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { AnyDocumentElement } from '../any_document.ts';
import { inlineStyle } from '../inline_style.ts';
import { coloursOf, initialsOf, type Person } from '../people.ts';
import { base } from '../theme.ts';

/**
 * A face. Decorative: the name stands beside it.
 *
 * @cssproperty [--size=48px] - Width and height.
 */
@customElement('hullo-avatar')
export class HulloAvatar extends AnyDocumentElement {
  /** The account; without an avatar, initials of its name. */
  @property({ attribute: false }) person: Person = { accid: '', name: '' };
  @state() private broken: string | undefined;

  static override styles = [
    base,
    css`
      :host {
        --_size: var(--size, 48px);
        display: inline-block;
        flex: none;
        width: var(--_size);
        height: var(--_size);
        border-radius: 50%;
      }
      .face {
        width: 100%;
        height: 100%;
        display: grid;
        place-items: center;
        overflow: hidden;
        border-radius: inherit;
        color: #fff;
        font-weight: 600;
        font-size: calc(var(--_size) * 0.4);
        letter-spacing: 0.01em;
        line-height: 1;
        user-select: none;
        background: radial-gradient(120% 120% at 25% 10%, var(--one), var(--two) 90%);
        box-shadow: inset 0 0 0 1px rgb(255 255 255 / 0.14);
      }
      .long {
        font-size: calc(var(--_size) * 0.34);
      }
      img {
        width: 100%;
        height: 100%;
        object-fit: cover;
      }
    `,
  ];

  protected override render() {
    const { accid, name, avatar } = this.person;
    const [one, two] = coloursOf(accid);
    const initials = initialsOf(name);
    const picture = avatar && avatar !== this.broken ? avatar : undefined;
    return html`<div class="face ${initials.length > 1 ? 'long' : ''}" aria-hidden="true" ${inlineStyle({ '--one': one, '--two': two })}>
      ${picture ? html`<img src=${picture} alt="" @error=${() => (this.broken = picture)} />` : initials}
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-avatar': HulloAvatar;
  }
}
