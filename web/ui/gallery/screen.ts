// Draws a document on a desktop, as somebody would share it: small letters show whether the picture is sharp.

const SIZE = { width: 1600, height: 900 };

/** Shows the shared screen in `video`. */
export function showScreen(video: HTMLVideoElement): void {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, SIZE);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser has no canvas.');
  draw(context);
  // A canvas that does not change gives no frames.
  setInterval(() => draw(context), 500);
  video.srcObject = canvas.captureStream(2);
  video.play().catch((error: unknown) => console.warn('the screen does not play', error));
}

const lines = [
  'The server owns the call: clients send what people want,',
  'and draw what the server says. First writer wins; busy,',
  'ring time, glare and the record are decided in one place.',
];

function draw(on: CanvasRenderingContext2D): void {
  const { width, height } = SIZE;
  on.fillStyle = '#dfe3ec';
  on.fillRect(0, 0, width, height);
  on.fillStyle = '#2f3442';
  on.fillRect(0, 0, width, 56);
  for (const [index, colour] of ['#ff6159', '#ffbd2e', '#28c941'].entries()) {
    on.fillStyle = colour;
    on.beginPath();
    on.arc(34 + index * 32, 28, 10, 0, Math.PI * 2);
    on.fill();
  }
  on.fillStyle = '#ffffff';
  on.fillRect(120, 110, width - 240, height - 110);
  on.fillStyle = '#1d2130';
  on.font = '700 54px system-ui, sans-serif';
  on.fillText('How a call begins', 190, 214);
  on.font = '30px system-ui, sans-serif';
  on.fillStyle = '#434959';
  for (const [index, line] of lines.entries()) on.fillText(line, 190, 284 + index * 46);
  const bars = [220, 300, 180, 360, 270, 400, 330];
  for (const [index, bar] of bars.entries()) {
    on.fillStyle = index % 2 ? '#8f8df0' : '#5250d0';
    on.fillRect(200 + index * 170, height - 40 - bar, 110, bar);
  }
}
