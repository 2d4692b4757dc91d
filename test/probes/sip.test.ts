import { describe, expect, it } from 'vitest';
import { probeSip } from '../../src/probes/sip.ts';
import { closedPort, datagramServer } from './datagram-server.ts';
import { deadline } from './deadline.ts';
import { address, inTime, standsMisbehaviour } from './dialogues.ts';
import { tcpServer } from './scripted-server.ts';

const overTcp = (port: number, signal: AbortSignal, login = 'check@lvs1') =>
  probeSip({ kind: 'sip', transport: 'tcp', address, port, login }, signal);
const overUdp = (port: number, timeoutMs = 300, login = 'check@lvs1') =>
  probeSip({ kind: 'sip', transport: 'udp', address, port, login }, deadline(timeoutMs));

const ok = 'SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n';

async function overTcpTo(answer: string) {
  let heard = '';
  const server = await tcpServer((socket) =>
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      if (heard.endsWith('\r\n\r\n')) socket.write(answer);
    }),
  );
  const result = await inTime((signal) => overTcp(server.port, signal), server);
  return { result, heard };
}

const headers = (message: string) => new Map(message.split('\r\n').map((line) => [line.split(':')[0], line]));

describe('a SIP server is up when', () => {
  it('its answer to OPTIONS is 200, over TCP', async () => {
    const { result, heard } = await overTcpTo(ok);
    expect(result).toEqual({ outcome: 'success', detail: 'SIP/2.0 200 OK' });
    expect(heard).toMatch(
      /^OPTIONS sip:check@lvs1 SIP\/2\.0\r\nVia: SIP\/2\.0\/TCP 127\.0\.0\.1:\d+;branch=z9hG4bK/,
    );
    for (const name of ['Max-Forwards', 'To', 'From', 'Call-ID', 'CSeq']) {
      expect(headers(heard).get(name)).toBeDefined(); // RFC 3261 §8.1.1
    }
  });
  it('its answer to OPTIONS is 200, over UDP', async () => {
    const server = await datagramServer(() => ok);
    expect(await overUdp(server.port)).toMatchObject({ outcome: 'success' });
    expect(server.heard()[0]).toContain('Via: SIP/2.0/UDP 127.0.0.1:');
  });
  it.each([[`SIP/2.0 100 Trying\r\n\r\n${ok}`], [`SIP/2.0 180 Ringing\r\nCSeq: 1\r\n\r\n${ok}`]])(
    'a provisional answer comes before: %j',
    async (answer) => {
      expect((await overTcpTo(answer)).result).toMatchObject({ outcome: 'success' });
    },
  );
  const options = 'OPTIONS sip:lvs1@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.2\r\n';
  it.each([
    [`\r\n\r\n${ok}`],
    [`\r\n${ok}`],
    [`\r\n\r\nSIP/2.0 100 Trying\r\n\r\n\r\n\r\n${ok}`],
    ['sip/2.0 200 ok\r\nl: 0\r\n\r\n'],
    [`${options}Content-Length: 0\r\n\r\n${ok}`],
    [`${options}\r\n${ok}`],
    [`${options}Content-Length: 22\r\n\r\nSIP/2.0 503 not this\r\n${ok}`],
    [`${options}l : 20\r\n\r\nSIP/2.0 503 not this${ok}`],
    [`SIP/2.0 183 Progress\r\nContent-Length: 6\r\n\r\nv=0\r\n\r${ok}`],
  ])('it says other things before, or in other words: %j', async (answer) => {
    expect((await overTcpTo(answer)).result).toMatchObject({ outcome: 'success' });
  });
  it('it asks something of its own first, over UDP', async () => {
    const server = await datagramServer((_, count) => (count === 1 ? `${options}\r\n` : ok));
    expect(await overUdp(server.port, 3000)).toMatchObject({ outcome: 'success' });
  });
  it('the first datagram is lost: it is sent again, the same', async () => {
    const server = await datagramServer((_, count) => (count === 1 ? undefined : ok));
    expect(await overUdp(server.port, 3000)).toMatchObject({ outcome: 'success' });
    const [first, second] = server.heard();
    expect(second).toBe(first);
  });
  it('nobody is named: the server itself is asked', async () => {
    const server = await datagramServer(() => ok);
    await overUdp(server.port, 300, '');
    expect(server.heard()[0]).toMatch(/^OPTIONS sip:127\.0\.0\.1 SIP/);
  });
});

describe('a SIP server is down when', () => {
  it.each([
    ['SIP/2.0 503 Service Unavailable\r\n\r\n', 'OPTIONS is answered with SIP/2.0 503 Service Unavailable'],
    ['SIP/2.0 202 Accepted\r\n\r\n', 'OPTIONS is answered with SIP/2.0 202 Accepted'],
    ['HTTP/1.1 200 OK\r\n\r\n', 'OPTIONS is answered with what is not SIP: HTTP/1.1 200 OK'],
    ['SIP/2.0 100 Trying\r\n\r\n', 'no answer in time to OPTIONS'],
  ])('it answers %j', async (answer, detail) => {
    expect((await overTcpTo(answer)).result).toEqual({ outcome: 'failure', detail });
    const server = await datagramServer(() => answer);
    expect(await overUdp(server.port)).toEqual({ outcome: 'failure', detail });
  });
  it('it is silent over UDP', async () => {
    const server = await datagramServer(() => undefined);
    expect(await overUdp(server.port)).toEqual({
      outcome: 'failure',
      detail: 'no answer in time to OPTIONS',
    });
  });
  it('nothing listens on the UDP port', async () => {
    expect(await overUdp(await closedPort())).toMatchObject({
      outcome: 'failure',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('a SIP server over TCP is down, and its connection gone, when it', () =>
  standsMisbehaviour(overTcp));
