// The head of an HTTP/1 response, read as generously as the clients that people use do: curl, LWP, browsers. Lines may
// end with LF alone, fold, lack a colon or carry any name; what no client needs is passed over. docs/checks.md tells
// what is taken and what is refused. Source: RFC 9112 §2.2, §4, §5.2.

/** Far more than any server's: cookies and policies of 20 kB and more are met. */
export const headBytesMax = 256 * 1024;

export type ReadHead = {
  readonly status: number;
  /** Names in lower case; of several values of one name, all with commas between. Bytes as characters. */
  readonly headers: ReadonlyMap<string, string>;
};

/** Looks for the empty line that ends a head, in bytes as they come; each is looked at once. */
export function createHeadScanner(): { readonly endIn: (bytes: Buffer) => number | undefined } {
  let before: 'text' | 'line end' | 'line end, CR' = 'text';
  return {
    /** @returns the first byte behind it; undefined where it is still to come */
    endIn: (bytes) => {
      for (const [at, byte] of bytes.entries()) {
        if (byte === 0x0a && before !== 'text') return at + 1;
        if (byte === 0x0a) before = 'line end';
        else before = byte === 0x0d && before === 'line end' ? 'line end, CR' : 'text';
      }
      return undefined;
    },
  };
}

/**
 * Empty lines before it are passed over.
 * @param text of the head, a character a byte. @returns undefined where it does not begin as a response does
 */
export function readHead(text: string): ReadHead | undefined {
  const [first = '', ...rest] = text.trimStart().split(/\r?\n/);
  const status = /^HTTP\/\d(?:\.\d)?[ \t]+(\d{3})(?!\d)/i.exec(first)?.[1];
  if (status === undefined) return undefined;
  const headers = new Map<string, string>();
  for (const line of unfolded(rest)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return { status: Number(status), headers };
}

/** RFC 9112 §5.2: a line that begins with a blank continues the one before. */
function unfolded(lines: readonly string[]): readonly string[] {
  const whole: string[] = [];
  for (const line of lines) {
    if (/^[ \t]/.test(line) && whole.length > 0) whole.push(`${whole.pop()} ${line.trim()}`);
    else if (line !== '') whole.push(line);
  }
  return whole;
}
