// The SDK is imported where there is no browser.
import { Hullo, HulloError } from '@hullo/sdk';

export async function GET() {
  const refusal = await Hullo.create({ appKey: 'demo' }).catch((error) => error);
  return Response.json({ isTyped: refusal instanceof HulloError, message: refusal.message });
}
