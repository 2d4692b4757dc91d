// Real servers by name while a real DNS server refuses, is silent, or is dead: nothing of that takes a server away.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../harness/process.ts';
import {
  hasServers,
  hasUnbound,
  newSite,
  type Site,
  serversOf,
  startReady,
  web,
  withServers,
} from './site.ts';

let site: Site;

beforeEach(async () => {
  site = await newSite(web('10.0.0.1', '10.0.0.2'));
});
afterEach(() => site?.lab.dispose());

const patience = { timeoutMs: 20_000 };

describe.skipIf(!hasUnbound)('a server by name in an outage of DNS (unbound)', () => {
  it('stays what it was while DNS refuses, is silent or dead; each outage is told once', async () => {
    const { dns } = site;
    const director = await startReady(site, withServers(['web.example.com gate']));
    await dns.refuse();
    await director.waitFor('names.failed', ({ reason }) => reason === 'REFUSED', patience);
    await dns.answer(web('10.0.0.1', '10.0.0.2'));
    await director.waitFor('names.recovered', undefined, { timeoutMs: 40_000 });
    dns.running().signal('SIGSTOP');
    await director.waitFor('names.failed', ({ reason }) => reason === 'no answer in time', patience);
    expect((await director.cli('status')).stdout).toMatch(
      /web\.example\.com is not resolved for .*: no answer in time; 10\.0\.0\.1, 10\.0\.0\.2 kept/,
    );
    dns.running().signal('SIGKILL');
    expect(await serversOf(director)).toEqual(['10.0.0.1:80', '10.0.0.2:80']);
    await dns.restart();
    await dns.answer(web('10.0.0.7'));
    await hasServers(director, '10.0.0.7:80');
    expect(director.events().filter(({ event }) => event === 'names.failed')).toHaveLength(2);
  });

  it('starts with its last addresses', async () => {
    const first = await startReady(site, withServers(['web.example.com gate']));
    const state = join(first.configFile, '..', 'state', 'roster.json');
    // Written when all its names are known, a moment after the daemon is ready.
    await waitUntil(() => existsSync(state), { what: 'the addresses are written' });
    expect(JSON.parse(readFileSync(state, 'utf8'))).toMatchObject({
      names: { 'inet web.example.com': ['10.0.0.1', '10.0.0.2'] },
    });
    await first.running.stop();
    await site.dns.running().stop();
    const second = await startReady(site, withServers(['web.example.com gate']), first);
    expect(await serversOf(second)).toEqual(['10.0.0.1:80', '10.0.0.2:80']);
    expect(await second.waitFor('names.failed')).toMatchObject({ kept: ['10.0.0.1', '10.0.0.2'] });
  });

  it('that was never known does not hold up the start for ever', async () => {
    site.dns.running().signal('SIGSTOP');
    const director = await startReady(site, withServers(['web gate', '10.0.0.9 gate']));
    expect(await serversOf(director)).toEqual(['10.0.0.9:80']);
    site.dns.running().signal('SIGCONT');
    await hasServers(director, '10.0.0.1:80', '10.0.0.2:80', '10.0.0.9:80');
  });
});
