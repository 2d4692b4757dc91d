// A real_file as fleets write it, with the daemon as it is built: renamed over, swapped by a link as Kubernetes does,
// written in several goes, broken, gone, and there again.
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Director, daemonMain, startDirector } from '../harness/programs.ts';
import { hasServers, serversOf, withServers } from './site.ts';

let lab: Lab;
let host: Host;
let folder: string;
let path: string;

beforeEach(async () => {
  lab = createLab();
  host = await lab.host('lvs1');
  folder = lab.directory('fleet');
  path = join(folder, 'fleet.yaml');
});
afterEach(() => lab?.dispose());

const config = (file = path) => withServers(['10.0.0.1 gate'], `, real_file: ${file}`);
const start = async (text = config(), again?: Director) => {
  const director = startDirector(lab, host, { config: text, ...(again !== undefined && { again }) });
  await director.waitFor('daemon.ready', undefined, { timeoutMs: 20_000 });
  return director;
};
const replace = (text: string) => {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
};
const fleet = (...last: readonly number[]) => JSON.stringify(last.map((each) => `10.0.0.${each} gate 5`));

describe('a real_file', () => {
  it('comes after the start, is replaced, and counts each time', async () => {
    const director = await start();
    expect(await director.waitFor('roster.file_rejected')).toMatchObject({
      kept: 0,
      problems: [`${path}:1:1: Cannot read real_file: expected a readable file, got ENOENT (no such file)`],
    });
    replace(fleet(2, 3));
    await hasServers(director, '10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:80');
    expect(await director.waitFor('roster.file_accepted')).toMatchObject({ file: path, servers: 2 });
    replace(fleet(3, 4));
    await hasServers(director, '10.0.0.1:80', '10.0.0.3:80', '10.0.0.4:80');
    expect(await director.waitFor('roster.changed', ({ removed }) => String(removed) !== '')).toMatchObject({
      added: ['10.0.0.4:80'],
      removed: ['10.0.0.2:80'],
      from: [path],
    });
  });

  it('that is a link into a folder which another link leads to (ConfigMap) is followed', async () => {
    for (const version of [1, 2]) {
      mkdirSync(join(folder, `v${version}`));
      writeFileSync(join(folder, `v${version}`, 'fleet.yaml'), fleet(version + 1));
    }
    symlinkSync('v1', join(folder, '..data'));
    symlinkSync('..data/fleet.yaml', path);
    const director = await start();
    expect(await serversOf(director)).toEqual(['10.0.0.1:80', '10.0.0.2:80']);
    symlinkSync('v2', join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    await hasServers(director, '10.0.0.1:80', '10.0.0.3:80');
  });

  it('that is half written, broken, emptied or gone changes nothing; nor does a restart with it', async () => {
    replace(fleet(2, 3));
    const director = await start();
    const all = ['10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:80'];
    expect(await serversOf(director)).toEqual(all);
    for (const text of ['["10.0.0.2 gate 5", "10.0', '- 10.0.0.2 gate\n- 10.0.0.3 gote\n', '']) {
      const after = director.running.lineCount();
      writeFileSync(path, text);
      await director.waitFor('roster.file_rejected', ({ kept }) => kept === 2, { after });
      expect(await serversOf(director)).toEqual(all);
    }
    rmSync(path);
    await director.waitFor('roster.file_rejected', ({ problems }) => String(problems).includes('ENOENT'));
    expect((await director.cli('status')).stdout).toContain('2 server(s) of a file kept as they were:');
    await director.running.stop();
    const second = await start(config(), director);
    expect(await serversOf(second)).toEqual(all);
    replace('[]');
    await hasServers(second, '10.0.0.1:80');
    expect(second.events().filter(({ event }) => event === 'roster.file_accepted')).toHaveLength(1);
  });

  it('that is written in several goes counts when it is whole', async () => {
    replace(fleet(2));
    const director = await start();
    writeFileSync(path, '- 10.0.0.3 gate\n');
    await delay(50);
    writeFileSync(path, '- 10.0.0.4 gate\n', { flag: 'a' });
    await delay(50);
    writeFileSync(path, '- 10.0.0.5 gate\n', { flag: 'a' });
    await hasServers(director, '10.0.0.1:80', '10.0.0.3:80', '10.0.0.4:80', '10.0.0.5:80');
    expect(director.events().filter(({ event }) => event === 'roster.changed')).toHaveLength(1);
  });

  it('is judged by `check` with its place, and shown', async () => {
    const director = await start();
    const check = () => host.attempt(process.execPath, daemonMain, 'check', '-c', director.configFile);
    const missing = await check();
    expect([missing.status, missing.stderr]).toEqual([
      0,
      expect.stringContaining('warning: Cannot read real_file'),
    ]);
    replace('- 10.0.0.2 gate\n- 10.0.0.3 gote\n');
    const bad = await check();
    expect([bad.status, bad.stderr]).toEqual([2, expect.stringContaining(`${path}:2:3: Cannot read real 2`)]);
    replace(fleet(7));
    const good = await check();
    expect([good.status, good.stdout]).toEqual([0, expect.stringContaining('10.0.0.7:80')]);
  });
});
