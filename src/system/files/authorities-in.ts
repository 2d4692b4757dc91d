// The certificates of authorities that a config names (`ca`), as PEM: read when they are needed, as they may have been renewed.
import { formatUnread, readRegular } from './open-regular.ts';

const bytesMax = 1_048_576;

/** @throws where it is no file of that size. */
export async function authoritiesIn(file: string): Promise<Buffer> {
  const read = await readRegular(file, { bytesMax });
  if (!read.ok) throw new Error(`Cannot read ca ${file}: expected ${formatUnread(read.error)}`);
  return read.value.content;
}
