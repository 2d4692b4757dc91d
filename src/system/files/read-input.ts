// What is piped into a command, up to a bound. A file that is opened by its name is open-regular.ts's.
import { err, ok, type Result } from '../../net/result.ts';
import type { Unread } from './open-regular.ts';

export async function readInput(
  input: AsyncIterable<Uint8Array | string>,
  bytesMax: number,
): Promise<Result<string, Unread>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of input) {
      const part = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      bytes += part.length;
      if (bytes > bytesMax) return err({ rule: `at most ${bytesMax} bytes`, got: 'more' });
      chunks.push(part);
    }
  } catch (error) {
    return err({ rule: 'an input that can be read', got: String(error) });
  }
  return ok(Buffer.concat(chunks).toString('utf8'));
}
