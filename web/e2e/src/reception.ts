// What a page has received, by the SDK's own statistics: the same question to every browser.

/** What came through the air from one account. */
export interface Reception {
  readonly frames: number;
  readonly samples: number;
  /** Asked for beside the samples because those go on, concealed, when nothing arrives. */
  readonly packets: number;
}

/** Runs in the page. */
export async function receptionFrom(accid: string): Promise<Reception> {
  const stats = await window.hullo.stats();
  const remote = stats.remotes.find((entry) => entry.accid === accid);
  return {
    frames: remote?.framesDecoded ?? 0,
    samples: remote?.audioSamplesReceived ?? 0,
    packets: remote?.audioPacketsReceived ?? 0,
  };
}

/** Pictures of an account's shared screen. Runs in the page. */
export async function screenFramesFrom(accid: string): Promise<number> {
  const stats = await window.hullo.stats();
  return stats.remotes.find((entry) => entry.accid === accid)?.screen?.framesDecoded ?? 0;
}

/** A tenth of a second of new sound has arrived and was played. */
export function moreSound(before: Reception, now: Reception): boolean {
  return now.samples > before.samples + 4_800 && now.packets > before.packets + 5;
}
