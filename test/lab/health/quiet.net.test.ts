// The daemon as it is built, against a server that makes the library of its protocol speak.
import { afterEach, expect, it } from 'vitest';
import { tcpServer } from '../../probes/scripted-server.ts';
import { createLab, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { startDirector } from '../harness/programs.ts';
import { enter } from '../vrrp/inside.ts';

let lab: Lab;
let leave: (() => void) | undefined;

afterEach(async () => {
  leave?.();
  await lab?.dispose();
});

it('a MySQL server whose packets come out of order brings no line into the output but those of the log', async () => {
  lab = createLab();
  const host = await lab.host('lvs1');
  leave = enter(host);
  // A packet of one byte, the eighth of its conversation before there was a first.
  const server = await tcpServer((socket) => socket.write(Buffer.from([1, 0, 0, 7, 0xff])));
  const service = `{address: 10.9.9.9:80, scheduler: wlc, service: mysql, login: a, passwd: b, database: c, request: SELECT 1, checkport: ${server.port}, checkinterval: 0.2, real: [127.0.0.1:80 masq]}`;
  const config = `director: {control_socket: $CONTROL, state_dir: $STATE}\nlog: {format: json}\nvirtual:\n  - ${service}\n`;
  const director = startDirector(lab, host, { config });
  await waitUntil(() => server.accepted() >= 3, { what: 'three checks', timeoutMs: 30_000 });
  expect(director.running.lines().filter((line) => !line.startsWith('{"'))).toEqual([]);
});
