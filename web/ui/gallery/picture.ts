// Draws moving pictures of people who do not exist, for screens that need a camera.
import { type Sitter, sitterOf } from './people.ts';

/** A stream of `sitter`, as a camera would give it. */
export function film(sitter: Sitter, width: number, height: number): MediaStream {
  const context = canvasOf(width, height);
  // Blurring is slow: the room is painted once.
  const background = canvasOf(width, height);
  room(background, sitter, width, height);
  const frame = (): void => draw(context, background.canvas, sitter, performance.now() / 1000);
  frame();
  setInterval(frame, 1000 / FRAMES_PER_SECOND);
  return context.canvas.captureStream(FRAMES_PER_SECOND);
}

/** Shows the picture of `accid` in `video`, in the shape and at the size in which it is seen. */
export function showPicture(accid: string, video: HTMLVideoElement): void {
  const sitter = sitterOf(accid);
  if (!sitter) return;
  const width = video.clientWidth || innerWidth;
  const height = video.clientHeight || innerHeight;
  const scale = Math.min(2, 960 / Math.max(width, height), devicePixelRatio);
  video.srcObject = film(sitter, Math.round(width * scale), Math.round(height * scale));
  video.play().catch((error: unknown) => console.warn('the picture does not play', error));
}

const FRAMES_PER_SECOND = 10;

function canvasOf(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser has no canvas.');
  return context;
}

function draw(
  on: CanvasRenderingContext2D,
  background: HTMLCanvasElement,
  sitter: Sitter,
  time: number,
): void {
  const { width, height } = on.canvas;
  const unit = Math.min(width, height);
  on.drawImage(background, 0, 0);
  on.save();
  on.translate(
    width / 2 + Math.sin(time * 0.7) * unit * 0.012,
    height * 0.54 + Math.sin(time * 1.1) * unit * 0.006,
  );
  on.scale(unit / 100, unit / 100);
  person(on, sitter);
  on.restore();
  const shade = on.createRadialGradient(
    width / 2,
    height * 0.42,
    unit * 0.3,
    width / 2,
    height / 2,
    Math.max(width, height) * 0.75,
  );
  shade.addColorStop(0, 'rgb(0 0 0 / 0)');
  shade.addColorStop(1, 'rgb(0 0 0 / 0.38)');
  on.fillStyle = shade;
  on.fillRect(0, 0, width, height);
}

function room(on: CanvasRenderingContext2D, { wall, light }: Sitter, width: number, height: number): void {
  const paint = on.createLinearGradient(0, 0, width, height);
  paint.addColorStop(0, wall[0]);
  paint.addColorStop(1, wall[1]);
  on.fillStyle = paint;
  on.fillRect(0, 0, width, height);
  on.save();
  on.filter = `blur(${Math.round(Math.min(width, height) / 36)}px)`;
  const lamp = on.createRadialGradient(
    width * 0.14,
    height * 0.2,
    0,
    width * 0.14,
    height * 0.2,
    width * 0.42,
  );
  lamp.addColorStop(0, light);
  lamp.addColorStop(1, 'rgb(255 255 255 / 0)');
  on.globalAlpha = 0.75;
  on.fillStyle = lamp;
  on.fillRect(0, 0, width, height);
  on.globalAlpha = 0.5;
  on.fillStyle = '#fff';
  on.fillRect(width * 0.76, height * 0.1, width * 0.13, height * 0.26);
  on.fillStyle = wall[1];
  on.fillRect(width * 0.822, height * 0.1, width * 0.008, height * 0.26);
  on.fillStyle = '#2f5a3c';
  for (let leaf = 0; leaf < 7; leaf += 1) {
    on.beginPath();
    on.ellipse(
      width * 0.9 + (leaf - 3) * width * 0.018,
      height * (0.7 - (leaf % 3) * 0.06),
      width * 0.014,
      height * 0.11,
      (leaf - 3) * 0.28,
      0,
      7,
    );
    on.fill();
  }
  on.restore();
}

function person(on: CanvasRenderingContext2D, { skin, hair, shirt, longHair }: Sitter): void {
  const disc = (color: string, x: number, y: number, rx: number, ry: number): void => {
    on.fillStyle = color;
    on.beginPath();
    on.ellipse(x, y, rx, ry, 0, 0, Math.PI * 2);
    on.fill();
  };
  if (longHair) {
    disc(hair, 0, -9, 19.5, 22);
    on.fillStyle = hair;
    on.beginPath();
    on.roundRect(-19.5, -9, 39, 37, [4, 4, 14, 14]);
    on.fill();
  }
  on.fillStyle = shirt;
  on.beginPath();
  on.moveTo(-44, 110);
  on.bezierCurveTo(-44, 34, -26, 27, -9, 23);
  on.lineTo(9, 23);
  on.bezierCurveTo(26, 27, 44, 34, 44, 110);
  on.fill();
  on.fillStyle = skin;
  on.beginPath();
  on.roundRect(-7.5, 8, 15, 20, [0, 0, 8, 8]);
  on.fill();
  on.fillStyle = 'rgb(60 20 10 / 0.16)';
  on.beginPath();
  on.ellipse(0, 14, 7.5, 5, 0, 0, Math.PI);
  on.fill();
  disc(skin, 0, -5, 15, 18.5);
  on.fillStyle = hair;
  on.beginPath();
  on.moveTo(-16, -6);
  on.bezierCurveTo(-18, -30, 18, -30, 16, -6);
  on.bezierCurveTo(13, -15, 6, -18, -3, -17);
  on.bezierCurveTo(-9, -16.5, -13, -12, -16, -6);
  on.fill();
  for (const side of [-1, 1]) {
    disc('#2a1c17', side * 5.6, -4.4, 1.25, 1.45);
    on.strokeStyle = hair;
    on.lineWidth = 1.1;
    on.lineCap = 'round';
    on.beginPath();
    on.moveTo(side * 3.6, -8.4);
    on.quadraticCurveTo(side * 5.8, -9.6, side * 8, -8.2);
    on.stroke();
  }
  on.strokeStyle = 'rgb(120 50 40 / 0.75)';
  on.lineWidth = 1.2;
  on.beginPath();
  on.arc(0, 2.2, 4.6, 0.25 * Math.PI, 0.75 * Math.PI);
  on.stroke();
  on.strokeStyle = 'rgb(120 60 40 / 0.4)';
  on.beginPath();
  on.moveTo(0.3, -3);
  on.quadraticCurveTo(1.8, 0.8, -0.4, 1.1);
  on.stroke();
}
