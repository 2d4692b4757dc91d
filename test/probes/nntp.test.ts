import { describe, expect, it } from 'vitest';
import { probeNntp } from '../../src/probes/nntp.ts';
import { address, dialogueServer, inTime, standsMisbehaviour } from './dialogues.ts';

const probe = (port: number, signal: AbortSignal) => probeNntp({ kind: 'nntp', address, port }, signal);

async function check(greeting: string) {
  const server = await dialogueServer({ greeting, answers: { QUIT: '205 bye' } });
  const result = await inTime((signal) => probe(server.port, signal), server);
  return { result, heard: server.heard() };
}

describe('an NNTP server', () => {
  it.each(['200 news.example.com ready', '201 no posting'])('that greets with %s is up', async (greeting) => {
    const { result, heard } = await check(greeting);
    expect(result).toEqual({ outcome: 'success', detail: greeting });
    expect(heard).toEqual(['QUIT']);
  });
  it.each(['400 out of service', '502 go away', 'hello'])('that greets with %s is down', async (greeting) => {
    expect((await check(greeting)).result).toEqual({
      outcome: 'failure',
      detail: `the connection is answered with ${greeting}`,
    });
  });
});

describe('an NNTP server is down, and its connection gone, when it', () => {
  // Any line that begins with 2 is good, as in ldirectord.
  standsMisbehaviour(probe, ['says one reply on lines without end']);
});
