// A call surface with a client that only pretends, and ways to look at it and press it as a person would.
import { FakeHullo } from '../gallery/fake.ts';
import { states } from '../gallery/states.ts';
import type { HulloCall } from '../src/call.ts';
import '../src/index.ts';

/** Everything inside an element, shadow trees included. */
export function everything(root: Element): Element[] {
  const inside = [...(root.shadowRoot?.querySelectorAll('*') ?? [])];
  return [root, ...inside.flatMap(everything)];
}

/** One surface on the page, for one test. */
export class Bench {
  readonly client = new FakeHullo();
  surface: HulloCall = document.createElement('hullo-call');

  constructor() {
    this.surface.client = this.client;
    this.surface.directory = Object.fromEntries(
      ['Alice', 'Bob', 'Carol', 'Dave', 'Erin', 'Frank', 'Grace'].map((name) => [
        name.toLowerCase(),
        { name },
      ]),
    );
    this.surface.lang = 'en';
    document.body.append(this.surface);
  }

  /** Waits until every part has rendered what it was last given. */
  async settle(): Promise<void> {
    for (let round = 0; round < 6; round += 1) {
      for (const element of everything(this.surface)) {
        if ('updateComplete' in element) await element.updateComplete;
      }
    }
  }

  part(testId: string): HTMLElement | undefined {
    const found = everything(this.surface).find((element) => element.getAttribute('data-testid') === testId);
    return found instanceof HTMLElement ? found : undefined;
  }

  all(testId: string): Element[] {
    return everything(this.surface).filter((element) => element.getAttribute('data-testid') === testId);
  }

  /** The test ids that begin with `prefix`, without it. */
  ids(prefix: string): string[] {
    return everything(this.surface)
      .map((element) => element.getAttribute('data-testid') ?? '')
      .filter((id) => id.startsWith(prefix))
      .map((id) => id.slice(prefix.length));
  }

  words(testId: string): string {
    return this.part(testId)?.textContent?.replace(/\s+/g, ' ').trim() ?? '';
  }

  async lead(state: string): Promise<void> {
    const lead = states[state];
    if (!lead) throw new Error(`there is no state ${state}`);
    await lead(this.client, this.surface);
    await this.settle();
  }

  async press(testId: string): Promise<void> {
    const button = this.part(testId);
    if (!button) throw new Error(`there is no ${testId}`);
    button.click();
    await this.settle();
  }

  async type(testId: string, typed: string): Promise<void> {
    const input = this.part(testId);
    if (!(input instanceof HTMLInputElement)) throw new Error(`there is no input ${testId}`);
    input.value = typed;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await this.settle();
  }

  get isOpen(): boolean {
    return this.surface.shadowRoot?.querySelector('dialog')?.open ?? false;
  }
}
