// Where checks leave the director: by a source address, an interface or a mark that routes otherwise, as a server sees it
// that is reached over two networks and says whence it was asked. It cannot answer whoever comes as the routes would
// have it, so that only a check that is bound can find it up. The table is of no matter here: any kernel will do.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLab, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';

const says = `
const { createServer: http } = require('node:http');
const { createServer: https } = require('node:https');
const { readFileSync: read } = require('node:fs');
const tell = (what, { address, port }) => console.log(what + ' ' + address + ' ' + port);
const answer = ({ socket: { remoteAddress: address, remotePort: port, encrypted } }, response) => {
  tell(encrypted ? 'https' : 'http', { address, port });
  response.end('from ' + address + '.');
};
http(answer).listen(8080, '10.9.3.2');
https({ key: read('KEY'), cert: read('CERT') }, answer).listen(8443, '10.9.3.2');
const udp = require('node:dgram').createSocket('udp4').on('message', (_, from) => {
  tell('udp', from);
  udp.send(Buffer.from(from.address.split('.').map(Number)), from.port, from.address);
});
udp.bind(8053, '10.9.3.2', () => console.log('listening'));
`;

/** What is said of the source, and what the server must see of it. */
const ways = [
  { keys: 'bind_address: 10.9.1.7', source: '10.9.1.7', hex: '0a090107' },
  { keys: 'bind_interface: eth1', source: '10.9.2.1', hex: '0a090201' },
  { keys: 'bind_mark: 5', source: '10.9.2.1', hex: '0a090201' },
  {
    keys: 'bind_mark: 5, bind_address: 10.9.2.7, bind_interface: eth1',
    source: '10.9.2.7',
    hex: '0a090207',
  },
] as const;

type Kind = {
  readonly name: string;
  readonly port: number;
  readonly check: (way: { readonly source: string; readonly hex: string }) => string;
};
const kinds: readonly Kind[] = [
  { name: 'http', port: 8080, check: ({ source }) => `service: http, receive: 'from ${source}\\.'` },
  { name: 'https', port: 8443, check: ({ source }) => `service: https, receive: 'from ${source}\\.'` },
  { name: 'connect', port: 8080, check: () => 'checktype: connect' },
  { name: 'udp', port: 8053, check: ({ hex }) => `service: udp, require_reply: "${hex}"` },
  { name: 'ping', port: 8080, check: () => 'checktype: ping' },
];

const cases = kinds.flatMap((kind, row) => [
  ...ways.map((way, column) => ({
    ...{ name: `${kind.name}, ${way.keys}`, vport: 100 * (row + 1) + column, verdict: 'up' },
    keys: `${kind.check(way)}, ${way.keys}, real: ["10.9.3.2:${kind.port} masq"]`,
  })),
  {
    ...{ name: `${kind.name}, unbound`, vport: 100 * (row + 1) + 50, verdict: 'down' },
    keys: `${kind.check({ source: '', hex: 'xxxxxxxx' }).replace('\\.', '')}, real: ["10.9.3.2:${kind.port} masq"]`,
  },
]);

/** Each again and again from one port, which nothing of the check before may still have. */
const fromPorts = [
  { what: 'http', vport: 901, keys: 'service: http, bind_address: 10.9.1.7', port: 5501 },
  { what: 'http', vport: 902, keys: 'service: http, bind_interface: eth1', port: 5502 },
  { what: 'https', vport: 903, keys: 'service: https, bind_address: 10.9.1.7, checkport: 8443', port: 703 },
  { what: 'udp', vport: 904, keys: 'service: udp, bind_address: 10.9.1.7, checkport: 8053', port: 5504 },
  { what: 'udp', vport: 905, keys: 'service: udp, bind_mark: 5, checkport: 8053', port: 5505 },
] as const;

let lab: Lab;
let director: Director;
let told: () => readonly string[];

beforeAll(async () => {
  lab = createLab();
  const [lvs, server] = await Promise.all([lab.host('lvs1'), lab.host('web')]);
  const nets = await Promise.all([lab.lan('a'), lab.lan('b')]);
  for (const [index, lan] of nets.entries()) {
    const at = (host: number) => `10.9.${index + 1}.${host}/24`;
    await lab.attach(lvs, lan, { interface: `eth${index}`, addresses: [at(1), at(7)] });
    await lab.attach(server, lan, { interface: `eth${index}`, addresses: [at(2)] });
  }
  await server.run('ip', 'address', 'add', '10.9.3.2/32', 'dev', 'lo');
  await server.run('ip', 'route', 'add', 'blackhole', '10.9.1.1/32');
  await lvs.run('ip', 'route', 'add', '10.9.3.2', 'via', '10.9.1.2');
  await lvs.run('ip', 'route', 'add', '10.9.3.2', 'via', '10.9.2.2', 'metric', '100');
  await lvs.run('ip', 'route', 'add', '10.9.3.2', 'via', '10.9.2.2', 'table', '100');
  await lvs.run('ip', 'rule', 'add', 'fwmark', '5', 'lookup', '100');
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(lab.directory('tls'), name));
  await server.run(
    ...['openssl', 'req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
    ...['-subj', '/CN=web', '-keyout', `${key}`, '-out', `${cert}`],
  );
  const script = join(lab.directory('server'), 'says.cjs');
  writeFileSync(script, says.replace('KEY', `${key}`).replace('CERT', `${cert}`));
  const running = server.start([process.execPath, script]);
  told = () => running.lines();
  await running.waitFor(/listening/);
  const services = cases.map(
    ({ vport, keys }) => `  - {address: "10.9.9.9:${vport}", protocol: ${protocolOf(keys)}, ${keys}}`,
  );
  const ported = fromPorts.map(
    ({ vport, keys, port }) =>
      `  - {address: "10.9.9.9:${vport}", ${keys}, bind_port: ${port}, checkinterval: 1s, real: ["10.9.3.2:8080 masq"]}`,
  );
  director = startDirector(lab, lvs, {
    config: `
director: {control_socket: $CONTROL, state_dir: $STATE}
checktimeout: 2
negotiatetimeout: 2
checkinterval: 2
virtual:
${[...services, ...ported].join('\n')}
  - {address: "10.9.9.9:999", bind_interface: nosuch0, checktype: connect, real: ["10.9.3.2:8080 masq"]}
`,
  });
});
afterAll(() => lab.dispose());

const protocolOf = (keys: string): string => (keys.includes('service: udp') ? 'udp' : 'tcp');

it.each(cases)('$name: $verdict', async ({ vport, keys, verdict }) => {
  const service = `${protocolOf(keys)} 10.9.9.9:${vport}`;
  const said = await director.waitFor(`real.${verdict}`, (event) => event.service === service);
  expect(said).toMatchObject({ event: `real.${verdict}` });
});

it.each(fromPorts)('$keys: from port $port, each time anew', async ({ what, port, vport }) => {
  const heard = () => told().filter((line) => line.startsWith(`${what} `) && line.endsWith(` ${port}`));
  await waitUntil(() => heard().length >= 4, { timeoutMs: 30_000, what: `four of port ${port}` });
  const wrong = director
    .events()
    .filter(({ event, service }) => event !== 'real.up' && service === `tcp 10.9.9.9:${vport}`);
  expect(wrong.filter(({ event }) => event === 'real.down' || event === 'real.unchecked')).toEqual([]);
});

it('an interface that is not there is told, and says nothing of the server', async () => {
  const said = await director.waitFor('real.unchecked', ({ service }) => service === 'tcp 10.9.9.9:999');
  expect(said.detail).toBe('cannot connect: bind to interface nosuch0: ENODEV');
});
