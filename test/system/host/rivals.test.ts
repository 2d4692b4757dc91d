// Which processes count as rivals, in a folder that looks like /proc.
import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRivals } from '../../../src/system/host/rivals.ts';

let proc: string;
beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), 'rivals-'));
  for (const network of ['ours', 'theirs']) writeFileSync(join(proc, network), network);
  process('self', ['node']);
});
afterEach(() => {
  rmSync(proc, { recursive: true });
});

/** A file in two folders is one inode, as the file of one network name space is for all of its processes. */
function process(pid: number | 'self', words: readonly string[], network: 'ours' | 'theirs' = 'ours'): void {
  mkdirSync(join(proc, String(pid), 'net'), { recursive: true });
  linkSync(join(proc, network), join(proc, String(pid), 'net', 'dev'));
  writeFileSync(join(proc, String(pid), 'cmdline'), words.map((word) => `${word}\0`).join(''));
}

describe('rivals', () => {
  it.each([
    ['keepalived', ['/usr/sbin/keepalived', '--dont-fork']],
    ['keepalived', ['keepalived', '-D']],
    ['ldirectord', ['/usr/bin/perl', '-w', '/usr/sbin/ldirectord', 'start']],
    ['ldirectord', ['perl5.36', '/usr/sbin/ldirectord']],
    ['ldirectord', ['ldirectord tcp:192.168.6.240:80']],
  ])('%s is one, as %j', async (program, words) => {
    process(7, words);
    expect(await findRivals(proc)).toEqual([{ program, pid: 7 }]);
  });

  it.each([
    [['/usr/bin/vi', '/etc/keepalived/keepalived.conf']],
    [['/usr/bin/perl', '/usr/local/bin/check', 'ldirectord']],
    [['/usr/local/bin/keepalived_exporter']],
    [['/usr/bin/node', '/usr/bin/lvs-director', 'run']],
    [[]],
  ])('%j is none', async (words) => {
    process(7, words);
    expect(await findRivals(proc)).toEqual([]);
  });

  it('are named once each, by their first process', async () => {
    for (const pid of [12, 9, 100]) process(pid, ['/usr/sbin/keepalived']);
    process(50, ['/usr/bin/perl', '/usr/sbin/ldirectord']);
    expect(await findRivals(proc)).toEqual([
      { program: 'keepalived', pid: 9 },
      { program: 'ldirectord', pid: 50 },
    ]);
  });

  it('are none in another network name space, nor where nothing can be read', async () => {
    process(7, ['/usr/sbin/keepalived'], 'theirs');
    mkdirSync(join(proc, '8'));
    expect(await findRivals(proc)).toEqual([]);
    expect(await findRivals(join(proc, 'nowhere'))).toEqual([]);
  });
});
