// Why a handshake failed: every alert of RFC 8446 §6 that a server can send before it says anything else, and servers that
// do not speak TLS, met by every check that does.
import { createServer, connect as tlsConnect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { checkPlanOf } from '../../../src/health/checks/plan.ts';
import { services, tlsOf } from '../../../src/model/checks/services.ts';
import { ip } from '../../../src/net/ip.ts';
import { createProbe } from '../../../src/probes/probe-target.ts';
import { tlsReasonOf } from '../../../src/probes/talk/tls-reason.ts';
import { formatAlert } from '../../../src/wire/tls-alerts.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { deadline } from '../deadline.ts';
import { tcpServer } from '../scripted-server.ts';

const probe = createProbe({ openPingPort: () => ({ ok: false, error: { step: 'open', code: 'EPERM' } }) });
/** From the first byte on. */
const secure = services.filter((word) => tlsOf(word) === 'at once');

async function check(service: (typeof services)[number], answer: Buffer | string) {
  const server = await tcpServer((socket) => socket.once('data', () => socket.end(answer)));
  const real = aReal({ address: ip('127.0.0.1'), port: server.port });
  const { target } = checkPlanOf(aVirtual({ service }), real).main;
  return probe(target, deadline(2000));
}

const fatal = 2;
const alert = (number: number) => Buffer.from([21, 3, 3, 0, 2, fatal, number]);
/** Those that OpenSSL knows; of 0 and of what is unknown it says nothing but that it is the end. */
const numbers = [
  ...[10, 20, 21, 22, 30, 40, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 60, 70, 71, 80, 86, 90, 100, 110, 111],
  ...[112, 113, 114, 115, 120],
];

describe.each(secure)('%s tells in plain words', (service) => {
  it.each(numbers)('of alert %i', async (number) => {
    expect(await check(service, alert(number))).toEqual({
      outcome: 'failure',
      detail: `cannot shake hands (TLS): the server ended TLS: ${formatAlert(number)}`,
    });
  });
  it.each([0, 99])('of the end, where it is alert %i', async (number) => {
    expect(await check(service, alert(number))).toEqual({
      outcome: 'failure',
      detail: 'cannot shake hands (TLS): the server closed the connection before TLS was agreed on',
    });
  });
  it.each(['HTTP/1.1 400 Bad Request\r\n\r\n', '220 mail.example.com ESMTP\r\n', 'SSH-2.0-OpenSSH_9.2\r\n'])(
    'of a server that says %j',
    async (answer) => {
      expect(await check(service, answer)).toMatchObject({
        outcome: 'failure',
        detail: expect.stringMatching(/^cannot shake hands \(TLS\): the server speaks no TLS \(/),
      });
    },
  );
});

it('no alert is without a name', () => {
  const named = [...numbers, 0, 41, 109, 116];
  expect(named.map(formatAlert).filter((words) => words.startsWith('unknown ('))).toEqual([]);
  expect(formatAlert(99)).toBe('unknown (alert 99)');
});

it('an error that is not of TLS is told as it is', () => {
  const error = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
  expect(tlsReasonOf(error)).toBeUndefined();
  expect(tlsReasonOf(Object.assign(new Error('self-signed'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }))).toBe(
    undefined,
  );
});

it('a handshake without a version in common says so', async () => {
  const server = createServer({ minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' }).on(
    'tlsClientError',
    () => {},
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number };
  const error = await new Promise<Error>((resolve) => {
    tlsConnect({ host: '127.0.0.1', port, maxVersion: 'TLSv1.2', rejectUnauthorized: false }).on(
      'error',
      resolve,
    );
  });
  server.close();
  expect(tlsReasonOf(error)).toBe('the server ended TLS: protocol version (alert 70)');
});
