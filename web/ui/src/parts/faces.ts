// <hullo-faces>: several people as faces that overlap; those beyond are counted.
import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { AnyDocumentElement } from '../any_document.ts';
import type { Person } from '../people.ts';
import { base } from '../theme.ts';
import './avatar.ts';

/**
 * Several faces that overlap. Decorative: the names stand beside them.
 *
 * @cssproperty [--size=48px] - Width and height of a face.
 * @cssproperty --ring - The colour around a face, which is that of what lies behind.
 */
@customElement('hullo-faces')
export class HulloFaces extends AnyDocumentElement {
  /** The accounts, in the order in which they are shown. */
  @property({ attribute: false }) people: readonly Person[] = [];
  /** How many faces at most; the rest is a number. */
  @property({ type: Number }) most = 3;
  /** How many people there are, where that is more than are known. */
  @property({ type: Number }) count?: number;

  static override styles = [
    base,
    css`
      :host {
        --_size: var(--size, 48px);
        display: inline-flex;
        padding-inline-start: calc(var(--_size) * 0.28);
      }
      hullo-avatar,
      .rest {
        margin-inline-start: calc(var(--_size) * -0.28);
        box-shadow: 0 0 0 3px var(--ring, var(--_bg));
      }
      .rest {
        display: grid;
        place-items: center;
        width: var(--_size);
        height: var(--_size);
        border-radius: 50%;
        font-size: calc(var(--_size) * 0.32);
        font-weight: 600;
        font-variant-numeric: tabular-nums;
        color: light-dark(#3c3f4a, #e4e5ea);
        background: light-dark(#dfe1e8, #3a3c47);
      }
    `,
  ];

  protected override render() {
    const { people, most, count = people.length } = this;
    const shown = people.slice(0, count === most + 1 ? most + 1 : most);
    const rest = count - shown.length;
    return html`${shown.map((person) => html`<hullo-avatar .person=${person}></hullo-avatar>`)}
      ${rest > 0 ? html`<span class="rest" aria-hidden="true">+${rest}</span>` : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-faces': HulloFaces;
  }
}
