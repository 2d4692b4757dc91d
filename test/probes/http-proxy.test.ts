import { describe, expect, it } from 'vitest';
import type { HttpProxyTarget } from '../../src/model/checks/http.ts';
import { probeHttpProxy } from '../../src/probes/http-proxy.ts';
import { address, inTime, standsMisbehaviour } from './dialogues.ts';
import { httpServer, response } from './scripted-server.ts';

type Changes = Partial<Omit<HttpProxyTarget, 'kind'>>;
const probe = (port: number, signal: AbortSignal, changes: Changes = {}) =>
  probeHttpProxy(
    { kind: 'http-proxy', address, port, url: 'http://www.example.com/health', method: 'GET', ...changes },
    signal,
  );

async function check(answer: string, changes: Changes = {}) {
  let head = '';
  const server = await httpServer((said) => {
    head = said;
    return answer;
  });
  const result = await inTime((signal) => probe(server.port, signal, changes), server);
  return { result, head };
}

it('a proxy is asked by the absolute URL, with the Host of the URL', async () => {
  const { result, head } = await check(response('200 OK', 'Test Page'), { receive: 'T.st' });
  expect(result).toMatchObject({ outcome: 'success', detail: 'HTTP 200, receive matches' });
  expect(head).toMatch(/^GET http:\/\/www\.example\.com\/health HTTP\/1\.1\r\n/);
  expect(head.toLowerCase()).toContain('\r\nhost: www.example.com\r\n');
});

it('a proxy that answers with lines of LF alone is read as its clients read it', async () => {
  const { result } = await check('HTTP/1.1 200 OK\nX Odd: 1\n\nTest Page', { receive: 'T.st' });
  expect(result).toMatchObject({ outcome: 'success', detail: 'HTTP 200, receive matches' });
});

describe('a proxy is down when', () => {
  it.each(['502 Bad Gateway', '407 Proxy Authentication Required', '302 Found'])(
    'it answers %s',
    async (status) => {
      const location = ['Location: http://www.example.com/elsewhere'];
      expect((await check(response(status, '', location))).result).toMatchObject({ outcome: 'failure' });
    },
  );
  it('the page does not match', async () => {
    expect((await check(response('200 OK', 'Test Page'), { receive: 'Other' })).result).toMatchObject({
      outcome: 'failure',
    });
  });
});

it('what is no URL is not asked', async () => {
  expect((await check(response('200 OK'), { url: 'index.html' })).result).toMatchObject({
    outcome: 'unmade',
  });
});

describe('a proxy is down, and its connection gone, when it', () => standsMisbehaviour(probe));
