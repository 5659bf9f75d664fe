// What lies behind white words: darker than behind a white icon, because words need more contrast (WCAG 1.4.3).
import { css } from 'lit';

/** Behind words that answer or call. */
export const acceptFill = css`color-mix(in oklab, var(--_accept) 82%, #000)`;

/** Behind words that end or stop. */
export const dangerFill = css`color-mix(in oklab, var(--_danger) 88%, #000)`;
