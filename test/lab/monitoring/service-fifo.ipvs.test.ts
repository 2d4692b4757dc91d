// What FIFOs are told of services and servers: keepalived runs a file, our daemon runs what `convert` makes of it, and the same
// servers come and go for both, from a start with none to the stop. Who reads is a program of theirs (lvs_notify_fifo_script).
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';
import {
  type Director,
  daemonMain,
  type Keepalived,
  startDirector,
  startKeepalived,
  startNginx,
} from '../harness/programs.ts';

const vip = '10.9.9.9';
const limit = { timeoutMs: 15_000 };
const [first, second, third] = ['10.7.0.11', '10.7.0.12', '10.7.0.13'] as const;

let lab: Lab;
let folder: string;
let servers: Host;
let theirs: Host;
let ours: Host;
let keepalived: Keepalived;
let director: Director;

const linesOf = (who: Host): readonly string[] => {
  const file = join(folder, `${who.name}.out`);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
};

const serverText = (address: string) => `  real_server ${address} 8080 {
    weight 1
    TCP_CHECK {
      connect_timeout 2
      retry 0
    }
  }`;

const serviceText = (id: string, more: string, reals: readonly string[]) => `
virtual_server ${id} {
  alpha
  delay_loop 1
  protocol TCP
  lb_algo wlc
  lb_kind NAT
  ${more}
${reals.map(serverText).join('\n')}
}`;

/** @param isWhole without, the service of port 82 is gone, and from the mark the second server. */
function keepalivedConf({ name }: Host, isWhole: boolean): string {
  const at = (what: string) => join(folder, `${name}.${what}`);
  // keepalived asks it to end before the last lines come.
  const reader = `#!/bin/sh\ntrap '' TERM\nwhile IFS= read -r line; do echo "$line" >> "$1"; done < "$2"\n`;
  writeFileSync(at('reader'), reader, { mode: 0o755 });
  const sorry = 'sorry_server 10.7.0.99 8080';
  return `
global_defs {
  script_user root
  lvs_notify_fifo ${at('fifo')} root
  lvs_notify_fifo_script "${at('reader')} ${at('out')}"
}
${serviceText(`${vip} 80`, `omega\nquorum 2\n${sorry}`, [first, second])}
${serviceText(`${vip} 81`, sorry, [first])}
${isWhole ? serviceText(`${vip} 82`, '', [first, second]) : ''}
${serviceText(`${vip} 83`, 'omega', [third])}
${serviceText(`${vip} 84`, 'quorum 2\nhysteresis 1', [first, second, third])}
${serviceText('fwmark 7', '', isWhole ? [first, second] : [first])}
`;
}

async function ourConfig(isWhole: boolean): Promise<string> {
  const file = join(folder, 'keepalived.conf');
  writeFileSync(file, keepalivedConf(ours, isWhole));
  const text = await ours.run(process.execPath, daemonMain, 'convert', '--strict', file);
  return `director: {control_socket: $CONTROL, state_dir: $STATE}\n${text}`;
}

const both = (what: string, fits: (lines: readonly string[]) => boolean) =>
  waitUntil(() => [theirs, ours].every((who) => fits(linesOf(who))), {
    ...limit,
    what: `both tell ${what}`,
  });

/** That every service has so many servers up or down by the last word on each, as these end. */
const told = (address: string, state: 'UP' | 'DOWN', services: number) =>
  both(`${address} ${state}`, (lines) => {
    const last = new Map<string, string>();
    for (const line of lines.filter((each) => each.startsWith(`RS [${address}]`)))
      last.set(line.replace(/ \w+$/, ''), line);
    return [...last.values()].filter((line) => line.endsWith(` ${state}`)).length === services;
  });
const toldOf = (line: string, times = 1) =>
  both(line, (lines) => lines.filter((each) => each === line).length >= times);

const web = (address: string): Promise<Running> =>
  startNginx(lab, servers, { listen: [`${address}:8080`], body: 'x' });
async function gone(running: Running): Promise<void> {
  running.signal('SIGTERM');
  await running.exited;
}

/** What each service and its servers were told of, in their order: what is told of two services at once has none. */
function byService(lines: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const told: Record<string, readonly string[]> = {};
  for (const line of lines) {
    const key = /(\[10\.9\.9\.9\]\S+|FWM 7) \w+$/.exec(line)?.[1] ?? line;
    told[key] = [...(told[key] ?? []), line];
  }
  return told;
}
/** Of the first verdicts on servers that are down no order is known: each is checked at a time of its own. */
const sorted = (lines: readonly string[]) => lines.toSorted();

function expectTheSame(from: number, arrange = (lines: readonly string[]) => lines): void {
  const [a, b] = [theirs, ours].map((who) => byService(linesOf(who)));
  for (const service of Object.keys({ ...a, ...b })) {
    const [ofTheirs = [], ofOurs = []] = [a?.[service]?.slice(from), b?.[service]?.slice(from)];
    expect(arrange(ofOurs), service).toEqual(arrange(ofTheirs));
  }
}

beforeAll(async () => {
  lab = createLab();
  folder = lab.directory('told');
  const lan = await lab.lan('lan');
  servers = await hostOn(lab, lan, 'web', ...[first, second, third].map((address) => `${address}/24`));
  theirs = await hostOn(lab, lan, 'ka', '10.7.0.1/24');
  ours = await hostOn(lab, lan, 'lvs1', '10.7.0.2/24');
  keepalived = startKeepalived(lab, theirs, keepalivedConf(theirs, true));
  director = startDirector(lab, ours, { config: await ourConfig(true) });
});
afterAll(() => lab?.dispose());

describe('what FIFOs are told of services and servers is what keepalived tells', () => {
  it('at a start with no server: each is down, and a service only where its fallback serves', async () => {
    for (const [address, services] of [
      [first, 5],
      [second, 4],
      [third, 2],
    ] as const)
      await told(address, 'DOWN', services);
    expectTheSame(0, sorted);
    expect(linesOf(ours).filter((line) => line.startsWith('VS'))).toHaveLength(2);
  });

  it('as servers come and go, each quorum with them, up to the band that hysteresis makes', async () => {
    const before = Math.max(...Object.values(byService(linesOf(ours))).map((lines) => lines.length));
    expect(before).toBe(3);
    const one = await web(first);
    await told(first, 'UP', 5);
    await toldOf(`VS [${vip}]:tcp:82 UP`);
    const two = await web(second);
    await told(second, 'UP', 4);
    await toldOf(`VS [${vip}]:tcp:80 UP`);
    const three = await web(third);
    await told(third, 'UP', 2);
    await toldOf(`VS [${vip}]:tcp:84 UP`);
    await gone(one);
    await told(first, 'DOWN', 5);
    await toldOf(`VS [${vip}]:tcp:80 DOWN`, 2);
    await gone(two);
    await told(second, 'DOWN', 4);
    await toldOf(`VS [${vip}]:tcp:82 DOWN`);
    await gone(three);
    await told(third, 'DOWN', 2);
    await toldOf(`VS [${vip}]:tcp:84 DOWN`);
    await web(second);
    await told(second, 'UP', 4);
    await web(first);
    await told(first, 'UP', 5);
    await toldOf(`VS [${vip}]:tcp:80 UP`, 2);
    expectTheSame(3);
  });

  it('when a reload takes a service away, and a server, and at a stop', async () => {
    keepalived.reload(keepalivedConf(theirs, false));
    director.writeConfig(await ourConfig(false));
    director.running.signal('SIGHUP');
    await toldOf(`VS [${vip}]:tcp:82 DOWN`, 2);
    await toldOf('RS [10.7.0.12]:none:8080 FWM 7 DOWN', 3);
    for (const running of [keepalived, director.running]) {
      running.signal('SIGTERM');
      await running.exited;
    }
    const isLast = (lines: readonly string[]) =>
      lines.filter((line) => line === `VS [${vip}]:tcp:83 DOWN`).length === 2;
    await both('the last of it', isLast).catch(() => undefined);
    expectTheSame(3);
    expect(linesOf(ours).filter((line) => line === `VS [${vip}]:tcp:80 DOWN`)).toHaveLength(3);
    expect(isLast(linesOf(ours))).toBe(true);
    expect(director.events().filter(({ event }) => event.startsWith('fifo.'))).toEqual([]);
  });
});
