import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import { reverseLookup } from '../../../src/system/names/reverse-lookup.ts';

const directory = mkdtempSync(join(tmpdir(), 'hosts-'));
afterAll(() => rmSync(directory, { recursive: true }));

it('an address has the first name of its first line in the hosts file', async () => {
  const hosts = join(directory, 'hosts');
  writeFileSync(
    hosts,
    '# a b\n192.168.6.2 web1.example.org web1 # one\nfd09::2\tweb6.example.org\n192.168.6.2 other\n',
  );
  expect(await reverseLookup(ip('192.168.6.2'), hosts)).toBe('web1.example.org');
  expect(await reverseLookup(ip('fd09::2'), hosts)).toBe('web6.example.org');
});
