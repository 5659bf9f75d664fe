// Which m-line of an offer carries screens. Browsers have no API for it, so the text that goes to the server is marked; what
// the browser itself holds stays as it made it.

/** The offer in which the m-line of this `mid` is marked to carry screens (RFC 4796). */
export function withScreenMark(sdp: string, mid: string | null | undefined): string {
  if (mid === null || mid === undefined) return sdp;
  return sdp.replace(`a=mid:${mid}\r\n`, (line) => `${line}a=content:slides\r\n`);
}
