// Parts the bytes of a server into lines, however they come in pieces, and keeps no more of them than the limits. Knows
// of no socket: read-lines.ts does.

import { decodeText } from '../../net/raw-bytes.ts';

export type LineLimits = {
  /** Of one line. RFC 5321 and RFC 3501 servers stay far below. */
  readonly lineBytesMax: number;
  /** Of all that the server says. */
  readonly bytesMax: number;
  /** A line is handed out with its line feed where it has one. */
  readonly keepsLineFeeds?: true;
};

export type LineSplitter = {
  /** Taken from here by whoever reads; mostly without line feeds, with a CR where it has one. */
  readonly lines: string[];
  /** @returns which limit the server has passed; what it says from then on must not be taken. */
  readonly take: (chunk: Buffer) => string | undefined;
  /** Nothing more will come: what stands after the last line feed is a line. */
  readonly end: () => void;
  /** Whether something stands after the last line feed. */
  readonly isWithin: () => boolean;
};

const lineFeed = 10;

export function createLineSplitter({ lineBytesMax, bytesMax, keepsLineFeeds }: LineLimits): LineSplitter {
  const lines: string[] = [];
  let rest: Buffer[] = [];
  let restBytes = 0;
  let bytes = 0;
  const forget = (): void => {
    [rest, restBytes] = [[], 0];
  };
  const endLine = (): void => {
    lines.push(decodeText(Buffer.concat(rest)));
    forget();
  };
  /** @returns whether the line, as far as it has come, may be that long. */
  const keep = (part: Buffer): boolean => {
    rest.push(part);
    restBytes += part.length;
    return restBytes <= lineBytesMax;
  };
  const refuse = (what: string): string => {
    forget();
    return `the server says ${what} bytes`;
  };
  const tooLong = () => refuse(`a line of more than ${lineBytesMax}`);

  return {
    lines,
    take: (chunk) => {
      bytes += chunk.length;
      if (bytes > bytesMax) return refuse(`more than ${bytesMax}`);
      let start = 0;
      for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, start)) {
        if (!keep(chunk.subarray(start, keepsLineFeeds ? at + 1 : at))) return tooLong();
        endLine();
        start = at + 1;
      }
      return keep(chunk.subarray(start)) ? undefined : tooLong();
    },
    end: () => {
      if (restBytes > 0) endLine();
    },
    isWithin: () => restBytes > 0,
  };
}
