// The keys of text, UDP, file and agent checks, in both grammars.
import { describe, expect, it } from 'vitest';
import type { VirtualConfig } from '../../../src/model/config/service.ts';
import { parseCfText, parseYamlText, problemLines } from '../../make/environment.ts';

function serviceOf(more: string): VirtualConfig {
  const text = `virtual:\n  - address: 10.0.0.1:7000\n    real: [10.0.0.2:7000 gate]\n    ${more}\n`;
  const result = parseYamlText(text);
  expect(problemLines(result)).toEqual([]);
  return result.config?.virtuals[0] ?? expect.fail('no service');
}

describe('hexadecimal', () => {
  const payloadOf = (payload: string) => serviceOf(`service: udp\n    payload: ${payload}`).udp?.payload;
  it('has two digits a byte, of any case; a digit alone is a byte, as in keepalived', () => {
    expect(payloadOf('00FFab')).toBe('00ffab');
    expect(payloadOf('Ab12f 3 456 546443123')).toBe('ab120f0345065464431203');
    expect(payloadOf('0011')).toBe('0011'); // not the number 9, nor 11
  });
});

describe('require_reply', () => {
  const replyOf = (reply: string) => serviceOf(`service: udp\n    require_reply: ${reply}`).udp;
  it('is any reply, none, or a pattern', () => {
    expect(replyOf('yes')).toEqual({ requireReply: '' });
    expect(replyOf('no')).toBeUndefined();
    expect(replyOf('01Xx')).toEqual({ requireReply: '01xx' });
  });
});

it('what is not said is not there', () => {
  const keys = ['udp', 'heloName', 'checkfile', 'proxyProtocol', 'agentPort', 'agentSend'];
  expect(Object.keys(serviceOf('service: nntp')).filter((key) => keys.includes(key))).toEqual([]);
});

it('an ldirectord.cf may hold them too', () => {
  const text = `virtual=10.0.0.1:80
\treal=10.0.0.2:80 gate
\tagent_port=9999
\tagent_send="web1\\n"
\tproxy_protocol=v2
virtual=10.0.0.1:25
\treal=10.0.0.2:25 gate
\thelo_name=lvs1.example.com
`;
  const result = parseCfText(text);
  expect(problemLines(result)).toEqual([]);
  expect(result.config?.virtuals).toMatchObject([
    { agentPort: 9999, agentSend: 'web1\\n', proxyProtocol: 'v2' },
    { service: 'smtp', heloName: 'lvs1.example.com' },
  ]);
});

it('every text service is checked without a warning', () => {
  const services = [
    'smtp',
    'submission',
    'pop',
    'pops',
    'imap',
    'imaps',
    'nntp',
    'ftp',
    'simpletcp',
    'sip',
    'agent',
  ];
  for (const service of services) expect(serviceOf(`service: ${service}`).service).toBe(service);
  serviceOf('service: file\n    checkfile: /run/web1');
  serviceOf('service: http_proxy\n    request: http://www.example.com/');
});
