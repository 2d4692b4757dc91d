// What is fuzzed: a name, what it covers of src/, inputs to begin with, and a trial that throws where something is wrong. Every
// input is bytes, as it comes from a wire, a file or a client; text is made of them as the program makes it.
import { decodeText } from '../../src/net/raw-bytes.ts';

export type Target = {
  readonly name: string;
  /** Exported functions of src/ that the trial runs. */
  readonly covers: readonly string[];
  readonly corpus: readonly Uint8Array[];
  readonly attempt: (input: Uint8Array) => void | Promise<void>;
};

/** @param decode is given the same bytes twice: it has to come to the same, leave them alone, and never throw. */
export const bytesTarget = (
  name: string,
  covers: readonly string[],
  corpus: readonly Uint8Array[],
  decode: (bytes: Uint8Array) => unknown,
): Target => ({
  name,
  covers,
  corpus,
  attempt: (input) => {
    const bytes = Uint8Array.from(input);
    const first = JSON.stringify(decode(bytes), plain);
    if (Buffer.compare(bytes, input) !== 0) throw new Error('the input has been changed');
    if (JSON.stringify(decode(bytes), plain) !== first)
      throw new Error('the same input came to something else');
  },
});

/** As {@link bytesTarget}, of text. */
export const textTarget = (
  name: string,
  covers: readonly string[],
  corpus: readonly string[],
  read: (text: string) => unknown,
): Target =>
  bytesTarget(
    name,
    covers,
    corpus.map((text) => Buffer.from(text)),
    (bytes) => read(decodeText(Buffer.from(bytes))),
  );

/** What JSON has no word for. */
function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Map) return [...value];
  if (value instanceof Set) return [...value];
  return value;
}
