// The host's own names, by way of getent: localhost and the best-known ports are the same everywhere.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { resolveHost, resolveService } from '../../../src/system/names/names.ts';

const has = (...words: readonly string[]) => spawnSync('getent', words).status === 0;

describe('names of the host', () => {
  it.skipIf(!has('ahostsv4', 'localhost'))('gives the first address of the family asked for', () => {
    expect(resolveHost('localhost', 'inet')).toBe('127.0.0.1');
    expect(['::1', undefined]).toContain(resolveHost('localhost', 'inet6'));
  });
  it.skipIf(!has('services', 'http'))('gives the port of a service for its protocol', () => {
    expect(resolveService('http', 'tcp')).toBe(80);
    expect(resolveService('http')).toBe(80);
    expect(resolveService('nosuchservice', 'tcp')).toBeUndefined();
  });
  it('never hands on what could be an option or is no name', () => {
    for (const name of ['-s', '--help', '', 'a b', 'a;b', '../x']) {
      expect(resolveHost(name, 'inet')).toBeUndefined();
      expect(resolveService(name)).toBeUndefined();
    }
  });
});
