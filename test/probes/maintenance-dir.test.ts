import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ip } from '../../src/net/ip.ts';
import { inMaintenanceDir } from '../../src/probes/maintenance-dir.ts';

const directory = mkdtempSync(join(tmpdir(), 'maintenance-'));
afterAll(() => rmSync(directory, { recursive: true }));
const held = (address: string, port: number) => inMaintenanceDir(directory, { address: ip(address), port });

describe('a file in the maintenance directory', () => {
  it('named ADDRESS:PORT holds that server', () => {
    writeFileSync(join(directory, '192.168.6.2:80'), '');
    expect(held('192.168.6.2', 80)).toBe(true);
    expect(held('192.168.6.2', 81)).toBe(false);
  });
  it('named ADDRESS holds the server on every port', () => {
    writeFileSync(join(directory, '192.168.6.3'), '');
    expect(held('192.168.6.3', 1)).toBe(true);
    expect(held('192.168.6.30', 1)).toBe(false);
  });
  it('names an IPv6 server in brackets', () => {
    writeFileSync(join(directory, '[fd09::2]'), '');
    expect(held('fd09::2', 80)).toBe(true);
  });
});

it('without a directory, or with one that is missing, nobody is held', () => {
  const real = { address: ip('192.168.6.2'), port: 80 };
  expect(inMaintenanceDir(undefined, real)).toBe(false);
  expect(inMaintenanceDir('/nonexistent', real)).toBe(false);
});
