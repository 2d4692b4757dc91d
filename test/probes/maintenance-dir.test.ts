import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ip } from '../../src/net/ip.ts';
import { createMaintenance } from '../../src/probes/maintenance-dir.ts';

let directory = '';
let asked = 0;
let nowMs = 0;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'maintenance-'));
  asked = 0;
  nowMs = 0;
});
afterEach(() => rmSync(directory, { recursive: true }));

const put = (name: string) => writeFileSync(join(directory, name), '');
const created = (name: string | undefined = 'Web1.example.org', path: string | undefined = directory) => {
  const held = createMaintenance({
    directory: () => path,
    now: () => nowMs,
    nameOf: () => {
      asked += 1;
      return Promise.resolve(name);
    },
  });
  return (address: string, port: number) => held({ address: ip(address), port });
};

it('is looked for in the directory of the service, where that has one of its own, or none', () => {
  put('192.168.6.2');
  const real = { address: ip('192.168.6.2'), port: 80 };
  const nameOf = () => Promise.resolve(undefined);
  const elsewhere = createMaintenance({ directory: () => '/nowhere', now: () => nowMs, nameOf });
  expect([elsewhere(real), elsewhere(real, directory)]).toEqual([false, true]);
  const here = createMaintenance({ directory: () => directory, now: () => nowMs, nameOf });
  expect([here(real), here(real, false), here(real, '/nowhere')]).toEqual([true, false, false]);
});

describe('a file in the maintenance directory', () => {
  it.each(['192.168.6.2:80', '192.168.6.2'])('named %s holds the server at once, and asks nobody', (file) => {
    put(file);
    const held = created();
    expect(held('192.168.6.2', 80)).toBe(true);
    expect(held('192.168.6.2', 81)).toBe(!file.endsWith(':80'));
    expect(held('192.168.6.20', 80)).toBe(false);
    expect(asked).toBe(0);
  });

  it.each(['web1.example.org:80', 'web1.example.org', 'web1:80', 'web1'])(
    'named %s holds the server from the next check on, by its name of the reverse lookup',
    async (file) => {
      put(file);
      const held = created();
      expect(held('192.168.6.2', 80)).toBe(false);
      await Promise.resolve();
      expect(held('192.168.6.2', 80)).toBe(true);
      expect(held('192.168.6.2', 81)).toBe(!file.endsWith(':80'));
      expect(asked).toBe(1);
    },
  );

  it('names an IPv6 server in brackets', () => {
    put('[fd09::2]');
    expect(created()('fd09::2', 80)).toBe(true);
    expect(created()('fd09::3', 80)).toBe(false);
    expect(asked).toBe(0);
  });

  it('is looked for by the name anew after a minute', async () => {
    put('web1');
    const held = created();
    held('192.168.6.2', 80);
    await Promise.resolve();
    nowMs = 60_000;
    expect(held('192.168.6.2', 80)).toBe(true);
    expect(asked).toBe(2);
  });

  it.each(['../web1', '', 'web2'])('holds nobody whose name is %j', async (name) => {
    put('web1');
    const held = created(name);
    held('192.168.6.2', 80);
    await Promise.resolve();
    expect(held('192.168.6.2', 80)).toBe(false);
  });
});

it('without a directory, or with one that is missing, nobody is held', () => {
  const none = createMaintenance({
    directory: () => undefined,
    now: () => 0,
    nameOf: () => expect.fail('nobody is to be asked'),
  });
  expect(none({ address: ip('192.168.6.2'), port: 80 })).toBe(false);
  expect(created('a', '/nonexistent')('192.168.6.2', 80)).toBe(false);
});
