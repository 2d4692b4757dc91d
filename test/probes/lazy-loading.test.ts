import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { ip } from '../../src/net/ip.ts';
import { createProbe } from '../../src/probes/probe-target.ts';
import { deadline } from './deadline.ts';

/** Of the CommonJS modules of this process. */
const isLoaded = (name: string) =>
  Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes(`/node_modules/${name}/`));

it('loads the library of a protocol with the first check that speaks it', async () => {
  const probe = createProbe({ openPingPort: () => ({ ok: false, error: { step: 'open', code: 'EPERM' } }) });
  const place = { address: ip('127.0.0.1'), port: 1 };
  const soon = () => deadline(5000);
  await probe({ kind: 'connect', ...place }, soon());
  for (const name of ['mysql2', 'pg', 'radius', 'dns-packet', 'undici']) expect(isLoaded(name)).toBe(false);
  const account = { user: 'a', password: 'b', database: 'c', query: 'SELECT 1' };
  await probe({ kind: 'sql', engine: 'mysql', ...place, ...account }, soon());
  expect(isLoaded('mysql2')).toBe(true);
  expect(isLoaded('pg')).toBe(false);
});
