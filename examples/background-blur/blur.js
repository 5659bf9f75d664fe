// Blurs what is around the person in the camera's picture: a `TrackProcessor` for `client.setProcessor('camera', …)`. It
// works by streams of frames where the browser has them (Chromium), and by a canvas elsewhere.

/** Draws where the person is, in any colour: by default the middle, where people sit. A model of yours knows better. */
export function drawMiddle(context, _frame, width, height) {
  const [x, y] = [width / 2, height * 0.6];
  const soft = context.createRadialGradient(0, 0, 0.75, 0, 0, 1);
  soft.addColorStop(0, 'black');
  soft.addColorStop(1, 'transparent');
  context.save();
  context.translate(x, y);
  context.scale(width * 0.3, height * 0.6);
  context.fillStyle = soft;
  context.fillRect(-1, -1, 2, 2);
  context.restore();
}

export class BackgroundBlur {
  #drawPerson;
  #strength;
  #picture = new Canvas();
  #person = new Canvas();
  #blurred = new Canvas();
  /** Ends what `start` has begun. */
  #end = () => {};

  /**
   * `strength`: how many pixels become one. `drawPerson(context, frame, width, height)` draws the silhouette; see the README for
   * one that asks a segmentation model.
   */
  constructor({ strength = 24, drawPerson = drawMiddle } = {}) {
    this.#strength = strength;
    this.#drawPerson = drawPerson;
  }

  async start(track) {
    const hasStreams = 'MediaStreamTrackProcessor' in globalThis && 'MediaStreamTrackGenerator' in globalThis;
    return hasStreams ? this.#startStreams(track) : this.#startCanvas(track);
  }

  stop() {
    this.#end();
    this.#end = () => {};
  }

  /** Frame by frame, also while the page is hidden. */
  #startStreams(track) {
    const frames = new MediaStreamTrackProcessor({ track }).readable;
    const output = new MediaStreamTrackGenerator({ kind: 'video' });
    const life = new AbortController();
    const blur = new TransformStream({
      transform: (frame, out) => {
        const picture = this.#draw(frame, frame.displayWidth, frame.displayHeight);
        out.enqueue(new VideoFrame(picture, { timestamp: frame.timestamp }));
        frame.close();
      },
    });
    frames
      .pipeThrough(blur, { signal: life.signal })
      .pipeTo(output.writable)
      // It rejects when it is stopped.
      .catch(() => output.stop());
    this.#end = () => {
      life.abort();
      output.stop();
    };
    return output;
  }

  /** As often as the browser draws. */
  async #startCanvas(track) {
    const video = Object.assign(document.createElement('video'), { muted: true, playsInline: true });
    video.srcObject = new MediaStream([track]);
    await video.play();
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d');
    const output = canvas.captureStream().getVideoTracks()[0];
    let isOver = false;
    const next = () => {
      if (isOver) return;
      const picture = this.#draw(video, video.videoWidth, video.videoHeight);
      if (canvas.width !== picture.width || canvas.height !== picture.height) {
        Object.assign(canvas, { width: picture.width, height: picture.height });
      }
      context.drawImage(picture, 0, 0);
      if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(next);
      else requestAnimationFrame(next);
    };
    next();
    this.#end = () => {
      isOver = true;
      video.srcObject = null;
      output.stop();
    };
    return output;
  }

  /** The frame, small and large again where the person is not. */
  #draw(frame, width, height) {
    const small = this.#blurred.sized(Math.ceil(width / this.#strength), Math.ceil(height / this.#strength));
    small.drawImage(frame, 0, 0, small.canvas.width, small.canvas.height);

    const person = this.#person.sized(width, height);
    person.globalCompositeOperation = 'source-over';
    person.clearRect(0, 0, width, height);
    this.#drawPerson(person, frame, width, height);
    person.globalCompositeOperation = 'source-in';
    person.drawImage(frame, 0, 0, width, height);

    const picture = this.#picture.sized(width, height);
    picture.imageSmoothingQuality = 'high';
    picture.drawImage(small.canvas, 0, 0, width, height);
    picture.drawImage(person.canvas, 0, 0);
    return picture.canvas;
  }
}

/** A canvas that nobody sees, as large as its last frame. */
class Canvas {
  #context;

  sized(width, height) {
    this.#context ??= new OffscreenCanvas(width, height).getContext('2d');
    const { canvas } = this.#context;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    return this.#context;
  }
}
