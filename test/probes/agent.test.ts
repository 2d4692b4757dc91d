import { describe, expect, it } from 'vitest';
import type { ProbeResult } from '../../src/model/probe-result.ts';
import { judgeAgent, probeAgent } from '../../src/probes/agent.ts';
import { probeWithAgent } from '../../src/probes/with-agent.ts';
import { deadline } from './deadline.ts';
import { address, inTime, misbehaviours, standsMisbehaviour } from './dialogues.ts';
import { tcpServer } from './scripted-server.ts';

const probe = (port: number, signal: AbortSignal, request = '') =>
  probeAgent({ kind: 'agent', address, port, request }, signal);

const outcomeOf = (line: string) => {
  const result = judgeAgent(line);
  if (result === undefined) return 'nothing';
  return result.outcome === 'success' ? (result.weightPercent ?? 'up') : 'down';
};

describe("an agent's word", () => {
  it.each([
    ['up 75%', 75],
    ['75%', 75],
    ['75', 75],
    ['0%', 0],
    ['250%', 100],
    ['UP,50%', 50],
    ['ready\t30%', 30],
    ['up', 'up'],
    ['ready', 'up'],
    ['drain', 0],
    ['drain 50%', 0],
    ['maint', 'down'],
    ['down', 'down'],
    ['down # disk full 75%', 'down'],
    ['failed', 'down'],
    ['fail', 'down'],
    ['stopped', 'down'],
    ['up 75% down', 'down'],
    ['maxconn:30 up', 'up'],
    ['up # 20% of the disk', 'up'],
    ['', 'nothing'],
    ['hello', 'nothing'],
    ['-5%', 'nothing'],
    ['maxconn:30', 'nothing'],
    ['upwards', 'nothing'],
  ])('%j means %s', (line, outcome) => {
    expect(outcomeOf(line)).toBe(outcome);
  });
});

describe('an agent as the check', () => {
  it('gives the weight', async () => {
    const server = await tcpServer((socket) => socket.end('up 75%\n'));
    expect(await inTime((signal) => probe(server.port, signal), server)).toEqual({
      outcome: 'success',
      detail: 'the agent says up 75%',
      weightPercent: 75,
    });
  });
  it('may speak without a line end, if it closes', async () => {
    const server = await tcpServer((socket) => socket.end('drain'));
    expect(await inTime((signal) => probe(server.port, signal), server)).toMatchObject({ weightPercent: 0 });
  });
  it('is sent what it wants to hear first', async () => {
    const server = await tcpServer((socket) =>
      socket.on('data', (chunk) => socket.end(chunk.toString() === 'web1\n' ? '10%\n' : 'down\n')),
    );
    expect(await inTime((signal) => probe(server.port, signal, 'web1\n'), server)).toMatchObject({
      weightPercent: 10,
    });
  });
  describe('is a server that is down when it', () => standsMisbehaviour(probe));
});

describe('an agent beside a check', () => {
  const up = { outcome: 'success', detail: 'HTTP 200' } as const;
  const with_ = async (main: ProbeResult, act: Parameters<typeof tcpServer>[0]) => {
    const server = await tcpServer(act);
    const agent = { kind: 'agent', address, port: server.port, request: '' } as const;
    return inTime(
      (signal) =>
        probeWithAgent({ kind: 'with-agent', main: { kind: 'on' }, agent }, signal, async () => main),
      server,
    );
  };
  it('gives the weight, and the check the verdict', async () => {
    expect(await with_(up, (socket) => socket.end('30%\n'))).toEqual({
      outcome: 'success',
      detail: 'HTTP 200; the agent says 30%',
      weightPercent: 30,
    });
  });
  it('may take out a server that is up, not bring up one that is down', async () => {
    expect(await with_(up, (socket) => socket.end('maint\n'))).toMatchObject({ outcome: 'failure' });
    const down = { outcome: 'failure', detail: 'HTTP 500' } as const;
    expect(await with_(down, (socket) => socket.end('up 100%\n'))).toEqual(down);
  });
  it('keeps the weight that it asked for last while it does not answer, until it names none', async () => {
    const said: string[] = ['drain\n', '', 'hello\n', 'up\n', ''];
    const server = await tcpServer((socket) => socket.end(said.shift() ?? ''));
    const agent = { kind: 'agent', address, port: server.port, request: '' } as const;
    const weights: unknown[] = [];
    for (const _ of [...said]) {
      const target = { kind: 'with-agent', main: { kind: 'on' }, agent } as const;
      const result = await probeWithAgent(target, deadline(1000), async () => up);
      expect(result.outcome).toBe('success');
      weights.push('weightPercent' in result ? result.weightPercent : 'configured');
    }
    expect(weights).toEqual([0, 0, 0, 'configured', 'configured']);
  });
  it.each(misbehaviours)('changes nothing when it %s', async (_, act) => {
    expect(await with_(up, act)).toEqual(up);
  });
});
