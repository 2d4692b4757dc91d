import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatUnread, readRegular, readRegularNow } from '../../../src/system/files/open-regular.ts';

let folder: string;
let undo: (() => void)[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-regular-'));
  undo = [];
});
afterEach(() => {
  for (const each of undo) each();
  rmSync(folder, { recursive: true, force: true });
});

const bytesMax = 1000;
const at = (name: string) => join(folder, name);

/** What may stand at a path, and what is said of it. */
const objects: Readonly<
  Record<string, { readonly make: () => Promise<string> | string; readonly says: string }>
> = {
  FIFO: {
    make: () => {
      execFileSync('mkfifo', [at('it')]);
      return at('it');
    },
    says: 'a regular file, got a FIFO',
  },
  'link to a FIFO': {
    make: () => {
      execFileSync('mkfifo', [at('it')]);
      symlinkSync('it', at('link'));
      return at('link');
    },
    says: 'a regular file, got a FIFO',
  },
  directory: {
    make: () => {
      mkdirSync(at('it'));
      return at('it');
    },
    says: 'a regular file, got a directory',
  },
  '/dev/zero': { make: () => '/dev/zero', says: 'a regular file, got a device' },
  '/dev/tty': { make: () => '/dev/tty', says: 'a regular file, got a device' },
  socket: {
    make: () =>
      new Promise((resolve) => {
        const server = createServer().listen(at('it'), () => resolve(at('it')));
        undo.push(() => server.close());
      }),
    says: 'a regular file, got a socket',
  },
  'loop of links': {
    make: () => {
      symlinkSync('b', at('a'));
      symlinkSync('a', at('b'));
      return at('a');
    },
    says: 'a readable file, got ELOOP (too many symbolic links)',
  },
  'file in the place of a folder': {
    make: () => {
      writeFileSync(at('f'), '');
      return at('f/it');
    },
    says: 'a readable file, got ENOTDIR (a file in the place of a directory)',
  },
  'no file': { make: () => at('it'), says: 'a readable file, got ENOENT (no such file)' },
  'file without an end': {
    make: () => {
      writeFileSync(at('it'), '');
      truncateSync(at('it'), 1e12);
      return at('it');
    },
    says: 'at most 1000 bytes, got 1000000000000',
  },
  'file that tells no size and is long': {
    make: () => '/proc/self/smaps',
    says: 'at most 1000 bytes, got 1001',
  },
};

describe.each(Object.entries(objects))('a %s', (_, { make, says }) => {
  it('is refused at once, by both ways, with the reason', async () => {
    const path = await make();
    for (const read of [await readRegular(path, { bytesMax }), readRegularNow(path, { bytesMax })]) {
      expect(read.ok ? 'read' : formatUnread(read.error)).toBe(says);
    }
  });
});

describe('a regular file', () => {
  const both = async (path: string, options: Parameters<typeof readRegular>[1]) => [
    await readRegular(path, options),
    readRegularNow(path, options),
  ];

  it.each([0, 1, 999, 1000])('of %i bytes is read whole', async (bytes) => {
    writeFileSync(at('it'), 'x'.repeat(bytes));
    for (const read of await both(at('it'), { bytesMax })) {
      expect(read).toMatchObject({ ok: true, value: { content: Buffer.alloc(bytes, 'x'), changed: false } });
    }
  });

  it('above the bound is refused, or read to the bound where only the beginning matters', async () => {
    writeFileSync(at('it'), 'x'.repeat(1001));
    for (const read of await both(at('it'), { bytesMax })) expect(read.ok).toBe(false);
    for (const read of await both(at('it'), { bytesMax, start: true })) {
      expect(read).toMatchObject({ ok: true, value: { content: Buffer.alloc(1000, 'x') } });
    }
  });

  it('without a size, as the kernel makes them, is read as well', async () => {
    for (const read of await both('/proc/self/comm', { bytesMax })) {
      expect(read.ok && read.value.content.length).toBeGreaterThan(0);
    }
  });

  it('behind a link in its own place is refused to who must not follow one', async () => {
    writeFileSync(at('it'), 'x');
    symlinkSync('it', at('link'));
    for (const read of await both(at('link'), { bytesMax, noFollow: true })) {
      expect(read.ok ? '' : formatUnread(read.error)).toBe('a regular file, got a symbolic link');
    }
    for (const read of await both(at('link'), { bytesMax })) expect(read.ok).toBe(true);
  });
});
