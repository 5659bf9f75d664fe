// Waits for a condition, never for a time: tries again until it holds or the deadline has passed.

/** Resolves with the first truthy value of `check`; what it throws counts as "not yet". */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined | false | null>,
  deadlineMs = 20_000,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await check();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what} (last: ${String(last)})`);
    await new Promise((again) => setTimeout(again, 25));
  }
}
