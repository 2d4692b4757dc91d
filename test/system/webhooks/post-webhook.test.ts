// One request to one webhook over real sockets: what is sent, that its signature is the one that openssl makes, and receivers
// that redirect, never end, say nothing or show a certificate of their own.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { postWebhook, signatureOf } from '../../../src/system/webhooks/post-webhook.ts';

const folder = mkdtempSync(join(tmpdir(), 'webhook-'));
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  server.unref();
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const answering = async (answer: RequestListener) => `http://${await listen(createServer(answer))}/hook?a=1`;

const request = { headers: [], body: '{"event":"real.down"}', id: 'id1', verify: true } as const;
const never = new AbortController().signal;

/** As a receiver checks it. */
const byOpenssl = (key: string, signed: string) =>
  execFileSync(
    'openssl',
    ['dgst', '-sha256', '-binary', '-mac', 'HMAC', '-macopt', `hexkey:${Buffer.from(key).toString('hex')}`],
    {
      input: signed,
    },
  ).toString('base64');

describe('a request', () => {
  it('has the body, its type, our headers, an id, and a signature over id, time and body', async () => {
    let got:
      | { headers: IncomingHttpHeaders; body: string; url: string | undefined; method: string | undefined }
      | undefined;
    const url = await answering((from, to) => {
      let body = '';
      from.on('data', (chunk) => {
        body += String(chunk);
      });
      from.on('end', () => {
        got = { headers: from.headers, body, url: from.url, method: from.method };
        to.end('thanks');
      });
    });
    const answer = await postWebhook(
      { ...request, url: url.replace('//', '//u:p%40@'), headers: [['X-Key', 'k']], secret: 'ein-geheimnis' },
      never,
    );
    expect(answer).toEqual({ status: 200, body: '' });
    expect(got).toMatchObject({ method: 'POST', url: '/hook?a=1', body: request.body });
    const { headers } = got ?? expect.fail('nothing came');
    expect(headers).toMatchObject({
      ...{
        'content-type': 'application/json',
        'x-key': 'k',
        'webhook-id': 'id1',
        'user-agent': 'lvs-director',
      },
      ...{ authorization: `Basic ${Buffer.from('u:p@').toString('base64')}`, connection: 'close' },
    });
    const at = String(headers['webhook-timestamp']);
    expect(Math.abs(Number(at) - Date.now() / 1000)).toBeLessThan(60);
    expect(headers['webhook-signature']).toBe(
      `v1,${byOpenssl('ein-geheimnis', `id1.${at}.${request.body}`)}`,
    );
  });
  it('is signed as Standard Webhooks has it', () => {
    // The example of its specification.
    const signed = 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}';
    expect(signatureOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', signed)).toBe(
      'g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });
});

describe('a receiver', () => {
  it.each([
    ['a user alone', 'u@', 'u:'],
    ['a password alone', ':p@', ':p'],
  ])('that wants %s gets it', async (_, login, sent) => {
    let got: unknown;
    const url = await answering(({ headers }, to) => {
      got = headers.authorization;
      to.end();
    });
    await postWebhook({ ...request, url: url.replace('//', `//${login}`) }, never);
    expect(got).toBe(`Basic ${Buffer.from(sent).toString('base64')}`);
  });
  it('that redirects is not followed', async () => {
    let asked = 0;
    const url = await answering((_, to) => {
      asked += 1;
      to.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect(await postWebhook({ ...request, url }, never)).toMatchObject({ status: 307 });
    expect(asked).toBe(1);
  });
  it('that says when to come again is understood', async () => {
    const url = await answering((_, to) => void to.writeHead(429, { 'retry-after': '7' }).end('slow down'));
    expect(await postWebhook({ ...request, url }, never)).toEqual({
      status: 429,
      retryAfter: '7',
      body: 'slow down',
    });
  });
  it.each([200, 500])('whose answer %i never ends is not listened to', async (status) => {
    let sent = 0;
    const url = await answering((_, to) => {
      to.writeHead(status);
      const more = () => {
        while (!to.destroyed && to.write('x'.repeat(65_536))) sent += 65_536;
        if (!to.destroyed) to.once('drain', more);
      };
      more();
    });
    const answer = await postWebhook({ ...request, url }, never);
    expect(answer.status).toBe(status);
    expect(answer.body.length).toBe(status === 200 ? 0 : 1024);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });
  it('whose answer trickles is heard for a second', async () => {
    const url = await answering((_, to) => {
      to.writeHead(503);
      to.write('bro');
      const timer = setInterval(() => to.write('o'), 200);
      to.on('close', () => clearInterval(timer));
    });
    expect((await postWebhook({ ...request, url }, never)).body).toMatch(/^broo*$/);
  });
  it('that says nothing is left when the signal says so', async () => {
    const url = await answering(() => {});
    const abort = new AbortController();
    const posted = postWebhook({ ...request, url }, abort.signal);
    setTimeout(() => abort.abort(), 50);
    await expect(posted).rejects.toThrow(/abort/i);
  });
  it.each([
    '\0\x01garbage\r\n\r\n',
    'HTTP/1.1 200 OK\r\nX: ',
    `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`,
  ])('that speaks no HTTP is a failure: %#', async (bytes) => {
    const server = createServer();
    server.on('connection', (socket) => socket.end(bytes));
    await expect(
      postWebhook({ ...request, url: `http://${await listen(server)}/` }, never),
    ).rejects.toThrow();
  });
  it('that is not there is a failure', async () => {
    await expect(postWebhook({ ...request, url: 'http://127.0.0.1:1/' }, never)).rejects.toThrow(
      'ECONNREFUSED',
    );
    await expect(postWebhook({ ...request, url: 'http://no-such-host.invalid/' }, never)).rejects.toThrow(
      'no address of',
    );
  });
});

describe('a certificate', () => {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      '-days',
      '2',
      '-subj',
      '/CN=hook',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
    ],
    { stdio: 'ignore' },
  );
  const serve = async () => {
    const server = createTlsServer(
      { key: readFileSync(key), cert: readFileSync(cert) },
      (_, to) => void to.end(),
    );
    return `https://${await listen(server as unknown as Server)}/`;
  };
  it('has to be trusted', async () => {
    await expect(postWebhook({ ...request, url: await serve() }, never)).rejects.toThrow(/self.signed/i);
  });
  it('is by the authorities that are named, and by all where nothing is verified', async () => {
    const url = await serve();
    expect(await postWebhook({ ...request, url, caFile: cert }, never)).toMatchObject({ status: 200 });
    expect(await postWebhook({ ...request, url, verify: false }, never)).toMatchObject({ status: 200 });
  });
  it('cannot be trusted by a file that is not there', async () => {
    await expect(postWebhook({ ...request, url: await serve(), caFile: '/nowhere' }, never)).rejects.toThrow(
      'Cannot read ca /nowhere',
    );
  });
});
