// Where Chromium's bandwidth estimate begins. From its own 300 kbit/s it drops the first pictures of a 960x540 camera
// one by one and shrinks them until they fit: the first picture leaves after 180 ms, at 320x180. From 500 kbit/s it
// sends the first picture as it is, after 60 ms. The estimate takes over from there, downwards too.

const PARAMETER = 'x-google-start-bitrate=800';

/**
 * The description with a start bitrate (kbit/s) for each video codec in it. Other browsers ignore the parameter. All
 * m-lines get it, because in a bundle a payload type means the same everywhere (RFC 8843 section 9.1.1).
 */
export function withStartBitrate(sdp: string): string {
  return sdp
    .split(/^(?=m=)/m)
    .map((section) => (section.startsWith('m=video') ? inSection(section) : section))
    .join('');
}

function inSection(section: string): string {
  let changed = section;
  for (const [, payloadType] of section.matchAll(/a=rtpmap:(\d+) (?:VP8|H264)\//g)) {
    const parameters = new RegExp(`a=fmtp:${payloadType} .*`);
    const codec = new RegExp(`a=rtpmap:${payloadType} .*\r\n`);
    changed = parameters.test(changed)
      ? changed.replace(parameters, (line) => `${line};${PARAMETER}`)
      : changed.replace(codec, (line) => `${line}a=fmtp:${payloadType} ${PARAMETER}\r\n`);
  }
  return changed;
}
