// What a FIFO is told of services and servers, on the real kernel: keepalived runs a file and our daemon what `convert` makes
// of it; the same servers fall and come back, a service leaves at a reload, and both stop.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { daemonMain, startDirector, startKeepalived, startNginx } from '../harness/programs.ts';

let lab: Lab;
beforeEach(() => {
  lab = createLab();
});
afterEach(() => lab.dispose());

const [one, two] = ['10.7.0.11', '10.7.0.12'];

/** @param check whatever the service is, TCP tells whether the server is there. */
const server = (address: string, port: number) => `
  real_server ${address} ${port} {
    TCP_CHECK {
      connect_port 8080
      connect_timeout 2
      retry 0
    }
  }`;

const service = (head: string, words: string, ...servers: readonly string[]) => `
virtual_server ${head} {
  alpha
  delay_loop 1
  lb_algo wlc
  ${words}
${servers.join('')}
}`;

type Traces = { readonly fifo: string; readonly reader: string; readonly out: string };

const keepalivedConf = ({ fifo, reader, out }: Traces, isWhole: boolean) => `
global_defs {
  script_user root
  lvs_notify_fifo ${fifo}
  lvs_notify_fifo_script "${reader} ${out}"
}
virtual_server_group web {
  10.9.9.10 80
  10.9.9.11 80
}
${[
  service('10.9.9.9 80', 'lb_kind NAT\nprotocol TCP\nquorum 2\nomega', server(one, 8080), server(two, 8080)),
  service('2001:db8::9 80', 'lb_kind NAT\nprotocol TCP', server('fd00:7::11', 8080)),
  service('fwmark 7', 'lb_kind DR', server(one, 0)),
  service('fwmark 8', 'lb_kind NAT', server(two, 8080)),
  service('10.9.9.9 90', 'lb_kind NAT\nprotocol SCTP', server(two, 90)),
  service('group web', 'lb_kind NAT\nprotocol TCP', server(two, 8080)),
  ...(isWhole ? [service('10.9.9.9 53', 'lb_kind NAT\nprotocol UDP', server(one, 53))] : []),
].join('\n')}
`;

function tracesOf(who: string): Traces & { readonly lines: () => readonly string[] } {
  const folder = lab.directory(`fifo-${who}`);
  const [fifo, reader, out] = ['fifo', 'reader', 'out'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  // keepalived asks it to end before the last lines come.
  const text = `#!/bin/sh\ntrap '' TERM\nwhile IFS= read -r line; do echo "$line" >> "$1"; done < "$2"\n`;
  writeFileSync(reader, text, { mode: 0o755 });
  return {
    ...{ fifo, reader, out },
    lines: () => (existsSync(out) ? readFileSync(out, 'utf8').split('\n').slice(0, -1) : []),
  };
}

type Running = { readonly reload: () => unknown; readonly stop: () => Promise<unknown> };

/** From the start to the stop; the same for both. @param web the host of the servers */
async function live(lines: () => readonly string[], web: Host, { reload, stop }: Running): Promise<void> {
  const hears = (line: string, times = 1) =>
    waitUntil(() => lines().filter((each) => each === line).length >= times, {
      what: line,
      timeoutMs: 60_000,
    });
  const serve = (...addresses: readonly string[]) =>
    startNginx(lab, web, { listen: addresses.map((address) => `${address}:8080`), body: 'x' });
  const first = await serve(one, '[fd00:7::11]');
  const second = await serve(two);
  const ofTwo = ['10.9.9.9]:tcp:80', '10.9.9.9]:sctp:90'].map((each) => `VS [${each}`);
  const all = [...ofTwo, 'VS FWM 8', 'VS FWM 7', 'VS [2001:db8::9]:tcp:80', 'VS [10.9.9.9]:udp:53'];
  for (const each of all) await hears(`${each} UP`);
  await second.stop();
  for (const each of [...ofTwo, 'VS FWM 8']) await hears(`${each} DOWN`);
  const third = await serve(two);
  for (const each of [...ofTwo, 'VS FWM 8']) await hears(`${each} UP`, 2);
  reload();
  await hears('VS [10.9.9.9]:udp:53 DOWN');
  await stop();
  await hears('VS [10.9.9.9]:tcp:80 DOWN', 2);
  for (const each of [first, third]) await each.stop();
}

/** What each service and server was told, in its order. */
function byName(lines: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const told: Record<string, readonly string[]> = {};
  for (const line of lines) {
    const [, name = line, state = ''] = /^((?:VS|RS) .*) (UP|DOWN)$/.exec(line) ?? [];
    told[name] = [...(told[name] ?? []), state];
  }
  return told;
}

/** keepalived tells of the group once, we of each of its addresses. */
const isOfGroup = (line: string) => /\[web\]|10\.9\.9\.1[01]/.test(line);

describe('what is told of services and servers', () => {
  it('is what keepalived tells, whatever the address, the protocol or the mark', async () => {
    const lan = await lab.lan('lan');
    const [web, theirs, ours] = await Promise.all(['web', 'ka', 'lvs1'].map((name) => lab.host(name)));
    if (web === undefined || theirs === undefined || ours === undefined) throw new Error('no hosts');
    const addresses = [`${one}/24`, `${two}/24`, 'fd00:7::11/64'];
    await lab.attach(web, lan, { addresses });
    await lab.attach(theirs, lan, { addresses: ['10.7.0.1/24', 'fd00:7::1/64'] });
    await lab.attach(ours, lan, { addresses: ['10.7.0.2/24', 'fd00:7::2/64'] });

    const ofTheirs = tracesOf('theirs');
    const keepalived = startKeepalived(lab, theirs, keepalivedConf(ofTheirs, true));
    await live(ofTheirs.lines, web, {
      reload: () => keepalived.reload(keepalivedConf(ofTheirs, false)),
      stop: () => keepalived.stop(),
    });

    const ofOurs = tracesOf('ours');
    const convert = async (isWhole: boolean) => {
      const file = join(lab.directory('converted'), 'keepalived.conf');
      writeFileSync(file, keepalivedConf(ofOurs, isWhole));
      const text = await ours.run(process.execPath, daemonMain, 'convert', file);
      return `director: {control_socket: $CONTROL, state_dir: $STATE}\n${text}`;
    };
    const director = startDirector(lab, ours, { config: await convert(true) });
    const changed = await convert(false);
    await live(ofOurs.lines, web, {
      reload: () => {
        director.writeConfig(changed);
        director.running.signal('SIGHUP');
      },
      stop: () => director.running.stop(),
    });

    const [mine, yours] = [ofOurs.lines(), ofTheirs.lines()];
    console.log(yours.filter(isOfGroup).join('\n'));
    const others = (lines: readonly string[]) => byName(lines.filter((line) => !isOfGroup(line)));
    expect(others(mine)).toEqual(others(yours));
    for (const address of ['10.9.9.10', '10.9.9.11'])
      expect(byName(mine)[`VS [${address}]:tcp:80`]).toEqual(['UP', 'DOWN', 'UP']);
  });
});
