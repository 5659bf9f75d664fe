// The page's content security policy, where it is in the way: what it lacks, in words.
import { HulloError } from './errors.ts';

/** What the policy has to say in addition, for a developer. */
export function missingInPolicy(directive: string, source: string): string {
  return `the page's Content-Security-Policy forbids it: add ${source} to ${directive}`;
}

/** Whether WebAssembly was refused by the policy. The browsers agree on neither type nor words. */
export function isPolicyRefusal(error: unknown): boolean {
  return error instanceof Error && /content security policy|\bCSP\b|unsafe-eval/i.test(error.message);
}

/**
 * Runs `connect`, which opens a socket to `url`. When the policy forbids that socket no second attempt can do better: `giveUp` is called,
 * and this rejects with a `HulloError` of the kind `no_connection` that says what to add.
 */
export async function underPolicy<T>(url: string, connect: () => Promise<T>, giveUp: () => void): Promise<T> {
  const page = globalThis.document;
  if (!page) return connect();
  let isForbidden = false;
  const watch = ({ blockedURI, disposition, effectiveDirective }: SecurityPolicyViolationEvent) => {
    if (disposition !== 'enforce' || effectiveDirective !== 'connect-src' || !isSameOrigin(blockedURI, url))
      return;
    isForbidden = true;
    giveUp();
  };
  page.addEventListener('securitypolicyviolation', watch);
  try {
    return await connect();
  } catch (error) {
    if (!isForbidden) throw error;
    throw HulloError.of('no_connection', missingInPolicy('connect-src', new URL(url).origin));
  } finally {
    page.removeEventListener('securitypolicyviolation', watch);
  }
}

/**
 * Browsers say the whole address, or its origin alone. Of the same host, what goes by another scheme is another request: whether
 * anybody answers there is asked by HTTP, too.
 */
function isSameOrigin(blocked: string, url: string): boolean {
  try {
    return new URL(blocked).origin === new URL(url).origin;
  } catch {
    return false;
  }
}
