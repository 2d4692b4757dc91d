// One file, asked of both: a real keepalived in a namespace with the links that the file names, and our convert with what
// check makes of its YAML.
import { readFileSync } from 'node:fs';
import { filesOf } from '../../../src/compose/include-files.ts';
import { convert } from '../../../src/config/convert/convert.ts';
import { formatNote } from '../../../src/config/convert/converted.ts';
import type { Sources } from '../../../src/config/convert/keepalived/lines.ts';
import type { Config } from '../../../src/model/config/config.ts';
import { errorLines, parseYamlText } from '../../make/environment.ts';
import { createLab } from '../harness/namespaces.ts';
import { blocksOf, differences } from './compare.ts';
import { withoutDisabled } from './disabled.ts';
import { addLinks, canAskCheckers, type Dump, dumpOf } from './dump.ts';
import { ourRouters } from './our-routers.ts';
import { ourServices } from './our-services.ts';
import { theirChecks } from './their-checks.ts';
import { theirRouters } from './their-routers.ts';
import { theirServices, theirServicesOf } from './their-services.ts';

export type Comparison = {
  readonly differences: readonly string[];
  readonly notes: readonly string[];
  /** What keepalived said of the file. */
  readonly log: readonly string[];
  /** How many things of keepalived's were compared: a comparison of nothing is none. */
  readonly count: number;
};

const id = 'main';

/** @param ask keepalived: in a lab of the file's own by default */
export async function compareFile(file: string, ask: Ask = askKeepalived): Promise<Comparison> {
  const text = readFileSync(file, 'utf8');
  const sources: Sources = { include: filesOf, id };
  const judge = (yaml: string) => parseYamlText(yaml, { director: 'lvs1' }).problems;
  const { yaml, notes } = convert({ file, text }, 'keepalived', sources, judge);
  const read = parseYamlText(yaml, { director: 'lvs1' });
  const config: Config | undefined = read.config;
  const { theirs, log } = await askFor(ask, file, text);
  const ours = config === undefined ? [] : [...ourRouters(config), ...ourServices(config)];
  const refused = errorLines(read).map((line) => `the YAML is refused: ${line}`);
  const found = differences({
    theirs,
    ours: withoutDisabled(canAskCheckers ? ours : ours.filter(({ name }) => name.startsWith('vrrp')), log),
    notes,
    blocks: blocksOf(file, text, sources),
  });
  return { differences: [...refused, ...found], notes: notes.map(formatNote), log, count: theirs.length };
}

const nothing: Dump = { sections: new Map(), log: [] };

export type Dumps = { readonly vrrp: Dump; readonly checkers: Dump };
export type Ask = (file: string, text: string) => Promise<Dumps>;

async function askFor(ask: Ask, file: string, text: string) {
  const { vrrp, checkers } = await ask(file, text);
  const services = theirServicesOf(checkers);
  return {
    theirs: [...theirRouters(vrrp), ...theirServices(services), ...theirChecks(checkers, services)],
    log: [...vrrp.log, ...checkers.log],
  };
}

/** In a lab of its own for each file: macvlans and addresses of one would stand in the way of the next. */
async function askKeepalived(file: string, text: string): Promise<Dumps> {
  const lab = createLab();
  try {
    const host = await lab.host('ka');
    await addLinks(host, linksIn(text));
    const [vrrp, checkers] = await Promise.all([
      dumpOf(lab, host, { file, part: 'vrrp', asksIpvs: /lvs_sync_daemon/.test(text), id }),
      canAskCheckers ? dumpOf(lab, host, { file, part: 'checkers', asksIpvs: true, id }) : nothing,
    ]);
    return { vrrp, checkers };
  } finally {
    await lab.dispose();
  }
}

/** keepalived knows an instance only where its interface is there. */
function linksIn(text: string): ReadonlySet<string> {
  const named = [...text.matchAll(/\b(?:interface|dev|oif|iif|lvs_sync_daemon)\s+([\w.:-]{1,15})(?=\s|$)/gm)];
  const tracked = [...text.matchAll(/track_interface\s*\{([^}]*)\}/g)].flatMap((match) =>
    (match[1] ?? '').split('\n').map((line) => line.trim().split(/\s+/)[0] ?? ''),
  );
  const names = [...named.map((match) => match[1] ?? ''), ...tracked, 'eth0'];
  return new Set(
    names.filter((name) => /^[a-z][\w.-]*$/i.test(name) && name !== 'lo' && !name.startsWith('vrrp.')),
  );
}
