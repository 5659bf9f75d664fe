// Our own icons: 24 units square, strokes of 1.8, in the colour of the text.
import { html, type SVGTemplateResult, svg, type TemplateResult } from 'lit';

/** How an icon is drawn. */
interface Drawing {
  readonly filled?: boolean;
  /** It points somewhere: where the text runs from right to left, it is mirrored. */
  readonly mirrored?: boolean;
}

function icon(
  content: SVGTemplateResult,
  { filled = false, mirrored = false }: Drawing = {},
): TemplateResult {
  return html`<svg class=${mirrored ? 'mirrored' : ''} viewBox="0 0 24 24" width="1em" height="1em" aria-hidden="true" focusable="false"
    fill=${filled ? 'currentColor' : 'none'} stroke=${filled ? 'none' : 'currentColor'}
    stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">${content}</svg>`;
}

const handset = svg`<path d="M4.9 13.4C4.6 5.2 19.4 5.2 19.1 13.4" fill="none" stroke="currentColor" stroke-width="4" stroke-linecap="butt"/>
  <path d="M3.3 11.4h4.2a1.6 1.6 0 0 1 1.6 1.6v2a1.6 1.6 0 0 1-1.25 1.56l-3.6.8a1.9 1.9 0 0 1-2.3-1.7l-.1-2.5a1.6 1.6 0 0 1 1.45-1.76z"/>
  <path d="M20.7 11.4h-4.2a1.6 1.6 0 0 0-1.6 1.6v2a1.6 1.6 0 0 0 1.25 1.56l3.6.8a1.9 1.9 0 0 0 2.3-1.7l.1-2.5a1.6 1.6 0 0 0-1.45-1.76z"/>`;

const microphone = svg`<rect x="8.75" y="2.75" width="6.5" height="11.5" rx="3.25"/>
  <path d="M5.25 11.5a6.75 6.75 0 0 0 13.5 0M12 18.25v3"/>`;

const camera = svg`<rect x="2.25" y="6" width="13" height="12" rx="3.25"/>
  <path d="m15.25 11 4.6-3.1a1.2 1.2 0 0 1 1.9 1v6.2a1.2 1.2 0 0 1-1.9 1L15.25 13"/>`;

/** Every icon, by name. */
export const icons = {
  microphone: icon(microphone),
  microphoneOff:
    icon(svg`<path d="M8.75 8.75V6a3.25 3.25 0 0 1 6.5 0v5q0 .5-.1.95M12.6 14.2A3.25 3.25 0 0 1 8.75 11v-.2"/>
    <path d="M5.25 11.5a6.75 6.75 0 0 0 10.6 5.55M18.75 11.5a6.7 6.7 0 0 1-.75 3.1M12 18.25v3M3.5 3.5l17 17"/>`),
  camera: icon(camera),
  cameraOff: icon(
    svg`<path d="M9.2 6H12a3.25 3.25 0 0 1 3.25 3.25V11l4.6-3.1a1.2 1.2 0 0 1 1.9 1v6.2a1.2 1.2 0 0 1-.5 1M15.25 15.2A3.25 3.25 0 0 1 12 18H5.5a3.25 3.25 0 0 1-3.25-3.25v-5.5A3.25 3.25 0 0 1 4.9 6.05M3.5 3.5l17 17"/>`,
  ),
  hangup: icon(handset, { filled: true }),
  phone: icon(
    svg`<path d="M6.5 3.6h2.1a1.6 1.6 0 0 1 1.55 1.2l.7 2.7a1.6 1.6 0 0 1-.45 1.55L9 10.4a12.4 12.4 0 0 0 4.6 4.6l1.35-1.4a1.6 1.6 0 0 1 1.55-.45l2.7.7a1.6 1.6 0 0 1 1.2 1.55v2.1a2.9 2.9 0 0 1-3.1 2.9C10.1 19.9 4.1 13.9 3.6 6.7a2.9 2.9 0 0 1 2.9-3.1z"/>`,
  ),
  flip: icon(svg`<path d="M4 8.5A3 3 0 0 1 7 5.5h1.2l1-1.5h5.6l1 1.5H17a3 3 0 0 1 3 3v7a3 3 0 0 1-3 3H7a3 3 0 0 1-3-3z"/>
    <path d="M8.6 11.6a3.6 3.6 0 0 1 6.5-1.2M15.4 12.6a3.6 3.6 0 0 1-6.5 1.2M15.3 8.3v2.2h-2.2M8.7 15.9v-2.2h2.2"/>`),
  speaker: icon(
    svg`<path d="M3.25 10.2v3.6a1.2 1.2 0 0 0 1.2 1.2H7l4 3.4a.9.9 0 0 0 1.5-.7V6.3a.9.9 0 0 0-1.5-.7L7 9H4.45a1.2 1.2 0 0 0-1.2 1.2z"/>
    <path d="M15.75 9a4.2 4.2 0 0 1 0 6M18.3 6.5a7.8 7.8 0 0 1 0 11"/>`,
    { mirrored: true },
  ),
  devices: icon(
    svg`<path d="M3.5 7.5h9M17.5 7.5h3M3.5 16.5h3M11.5 16.5h9"/><circle cx="15" cy="7.5" r="2.4"/><circle cx="9" cy="16.5" r="2.4"/>`,
  ),
  screen: icon(
    svg`<rect x="2.75" y="4.25" width="18.5" height="12.5" rx="2.5"/><path d="M8.5 20.25h7M12 13.5V8M9.4 10.4 12 7.75l2.6 2.65"/>`,
  ),
  screenOff: icon(
    svg`<rect x="2.75" y="4.25" width="18.5" height="12.5" rx="2.5"/><path d="M8.5 20.25h7M9.75 8.25l4.5 4.5M14.25 8.25l-4.5 4.5"/>`,
  ),
  above: icon(svg`<path d="M12 19.5v-14M5.75 11.5 12 5.25l6.25 6.25"/>`),
  check: icon(svg`<path d="m5 12.6 4.6 4.6L19 7.6"/>`),
  close: icon(svg`<path d="m6 6 12 12M18 6 6 18"/>`),
  warning: icon(
    svg`<path d="M10.4 4.2 2.9 17.4A1.8 1.8 0 0 0 4.5 20h15a1.8 1.8 0 0 0 1.6-2.6L13.6 4.2a1.85 1.85 0 0 0-3.2 0zM12 9.5v4"/><path d="M12 16.6v.1" stroke-width="2.3"/>`,
  ),
  outgoing: icon(svg`<path d="M7 17 17 7M9 7h8v8"/>`, { mirrored: true }),
  incoming: icon(svg`<path d="M17 7 7 17M7 9v8h8"/>`, { mirrored: true }),
  missed: icon(svg`<path d="m3.5 8 7.2 7.2a1.8 1.8 0 0 0 2.6 0L20.5 8M3.5 14V8h6"/>`, { mirrored: true }),
  people: icon(
    svg`<circle cx="9" cy="8.25" r="3.5"/><path d="M2.75 19.25a6.25 6.25 0 0 1 12.5 0M15.5 5.1a3.5 3.5 0 0 1 0 6.3M17.6 14a6.25 6.25 0 0 1 3.65 5.25"/>`,
  ),
  addPerson: icon(
    svg`<circle cx="9.5" cy="8.25" r="3.5"/><path d="M3.25 19.25a6.25 6.25 0 0 1 12.5 0M18.75 8v6M15.75 11h6"/>`,
  ),
  pin: icon(svg`<path d="M9 3.75h6l-.6 6 3.1 3.2v1.8H6.5v-1.8l3.1-3.2zM12 14.75v5.5"/>`),
  grid: icon(
    svg`<rect x="3.75" y="4.75" width="7" height="6" rx="1.6"/><rect x="13.25" y="4.75" width="7" height="6" rx="1.6"/><rect x="3.75" y="13.25" width="7" height="6" rx="1.6"/><rect x="13.25" y="13.25" width="7" height="6" rx="1.6"/>`,
  ),
  pause: icon(svg`<path d="M8.75 6v12M15.25 6v12" stroke-width="2.6"/>`),
  previous: icon(svg`<path d="M14.5 5.5 8 12l6.5 6.5"/>`, { mirrored: true }),
  next: icon(svg`<path d="M9.5 5.5 16 12l-6.5 6.5"/>`, { mirrored: true }),
  search: icon(svg`<circle cx="10.75" cy="10.75" r="6.25"/><path d="m15.4 15.4 4.6 4.6"/>`),
  speakerOff: icon(
    svg`<path d="M3.25 10.2v3.6a1.2 1.2 0 0 0 1.2 1.2H7l4 3.4a.9.9 0 0 0 1.5-.7V6.3a.9.9 0 0 0-1.5-.7L7 9H4.45a1.2 1.2 0 0 0-1.2 1.2z"/><path d="m16.25 9.25 5 5.5M21.25 9.25l-5 5.5"/>`,
    { mirrored: true },
  ),
  shrink: icon(svg`<path d="M20 4.5 13.5 11M13.5 5.75V11h5.25M4 19.5l6.5-6.5M10.5 18.25V13H5.25"/>`),
  enlarge: icon(svg`<path d="m13.75 10.25 6-6M14.5 4.25h5.25V9.5M10.25 13.75l-6 6M9.5 19.75H4.25V14.5"/>`),
  pictureInPicture: icon(
    svg`<path d="M20.25 10.5V7.75a2.5 2.5 0 0 0-2.5-2.5H6.25a2.5 2.5 0 0 0-2.5 2.5v8.5a2.5 2.5 0 0 0 2.5 2.5H9"/><rect x="12" y="13" width="9.25" height="7" rx="1.8" fill="currentColor" stroke="none"/>`,
    { mirrored: true },
  ),
  intoPage: icon(
    svg`<path d="M20.25 10.5V7.75a2.5 2.5 0 0 0-2.5-2.5H6.25a2.5 2.5 0 0 0-2.5 2.5v8.5a2.5 2.5 0 0 0 2.5 2.5H11M20 19.5l-5.5-5.5M14.5 18.25V14h4.25"/>`,
    { mirrored: true },
  ),
  otherDevice: icon(
    svg`<rect x="2.75" y="4.75" width="13" height="10" rx="2"/><path d="M6.75 18.75h5"/><rect x="15.75" y="9.75" width="5.5" height="9.5" rx="1.6" fill="var(--_raised, none)"/>`,
    { mirrored: true },
  ),
} as const;

/** The icons that are drawn here; `icons` has their paths. */
export type IconName = keyof typeof icons;
