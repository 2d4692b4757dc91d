// A generated file asked of both, quickly: keepalived in namespaces that end with it, with the links that the grammar names.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Comparison, compareFile } from '../ask.ts';
import { type Dump, dumpAtOnce } from '../dump.ts';
import { splitIncludes } from './split-includes.ts';

const links = ['eth0', 'eth1', 'eth2'];

/** Undefined where keepalived makes nothing of the file, and so nothing need be made of it here. */
export async function askAtOnce(text: string, folder: string): Promise<Comparison | undefined> {
  mkdirSync(folder, { recursive: true });
  for (const [name, part] of splitIncludes(text)) writeFileSync(join(folder, name), part);
  let isRefused = false;
  const comparison = await compareFile(join(folder, 'keepalived.conf'), async (file) => {
    const asksIpvs = { vrrp: /lvs_sync_daemon/.test(text), checkers: true };
    const ask = (part: 'vrrp' | 'checkers', isThere: boolean) =>
      isThere ? dumpAtOnce({ file, part, asksIpvs: asksIpvs[part] }, folder, links) : nothing;
    const [vrrp, checkers] = await Promise.all([
      ask('vrrp', /vrrp_instance|static_/.test(text)),
      ask('checkers', text.includes('virtual_server')),
    ]);
    isRefused = [vrrp, checkers].some(isFatal);
    return { vrrp, checkers };
  });
  return isRefused ? undefined : comparison;
}

const nothing: Dump = { sections: new Map(), log: ['no configuration to run'] };

/** Or where one of its processes crashes over it. */
const isFatal = ({ sections, log }: Dump): boolean =>
  log.some((line) => line.includes('include a full copy of your keepalived configuration')) ||
  (sections.size === 0 && !log.some((line) => line.includes('no configuration to run')));
