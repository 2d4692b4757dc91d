import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SqlTarget } from '../../src/model/checks/queries.ts';
import { ip } from '../../src/net/ip.ts';
import { probeMysql } from '../../src/probes/mysql.ts';
import { probePgsql } from '../../src/probes/pgsql.ts';
import { checkOf, describeFaults, describeMutations, inTurns, noise, sendForEver } from './faulty-server.ts';
import { tcpServer } from './scripted-server.ts';

const target: SqlTarget = {
  kind: 'sql',
  engine: 'mysql',
  address: ip('127.0.0.1'),
  port: 0,
  user: 'check',
  password: 'secret',
  database: 'shop',
  query: 'SELECT 1',
};
const mysql = (port: number, signal: AbortSignal) => probeMysql({ ...target, port }, signal);
const pgsql = (port: number, signal: AbortSignal) => probePgsql({ ...target, port }, signal);

/** A PostgreSQL message: type, length of the rest, and the rest (PostgreSQL 53.7). */
const message = (type: string, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5, type);
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const int16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);
const int32 = (value: number) => Buffer.from([0, 0, value >> 8, value & 0xff]);
const zeroEnded = (text: string) => Buffer.from(`${text}\0`);
const ready = message('Z', Buffer.from('I'));
const welcome = Buffer.concat([message('R', int32(0)), ready]);
const column = Buffer.concat([
  ...[zeroEnded('n'), int32(0), int16(0), int32(23), int16(4), Buffer.alloc(4, 0xff), int16(0)],
]);
const row = message('D', int16(1), int32(1), Buffer.from('1'));
const rows = (...found: readonly Buffer[]) =>
  Buffer.concat([
    message('T', int16(1), column),
    ...found,
    message('C', zeroEnded(`SELECT ${found.length}`)),
    ready,
  ]);
const refusal = message(
  'E',
  ...['SFATAL', 'C28P01', 'Mpassword authentication failed for user "check"'].map(zeroEnded),
  Buffer.from([0]),
);
const nothing = Buffer.alloc(0);
const sasl = (data: Buffer) => message('R', int32(11), data);

describe('a PostgreSQL server', () => {
  const check = async (...answers: readonly Buffer[]) => {
    const server = await tcpServer((socket) => inTurns(socket, [nothing, ...answers]));
    return checkOf(server, (signal) => pgsql(server.port, signal));
  };
  it('is up when the query yields a row', async () => {
    expect(await check(welcome, rows(row))).toEqual({ outcome: 'success', detail: '1 row(s)' });
  });
  it('is down when it yields none', async () => {
    expect(await check(welcome, rows())).toEqual({
      outcome: 'failure',
      detail: 'query SELECT 1: no rows',
    });
  });
  it('is down when it refuses the login', async () => {
    expect(await check(refusal)).toEqual({
      outcome: 'failure',
      detail: 'cannot log in as check: 28P01 password authentication failed for user "check"',
    });
  });
  it.each([
    [
      'SCRAM of noise',
      [message('R', int32(10), zeroEnded('SCRAM-SHA-256'), Buffer.from([0])), sasl(noise(3, 40))],
    ],
    [
      'SCRAM of nothing',
      [message('R', int32(10), zeroEnded('SCRAM-SHA-256'), Buffer.from([0])), sasl(nothing)],
    ],
    [
      'SCRAM of more rounds than it may ask for',
      [
        message('R', int32(10), zeroEnded('SCRAM-SHA-256'), Buffer.from([0])),
        sasl(Buffer.from('r=abc,s=QSXCR+Q6sek8bf92,i=4294967295')),
      ],
    ],
    ['an unknown SCRAM', [message('R', int32(10), zeroEnded('SCRAM-ROT13'), Buffer.from([0]))]],
    ['an unknown way in', [message('R', int32(99))]],
    ['MD5 without salt', [message('R', int32(5)), refusal]],
    ['no length', [Buffer.from('R\0\0\0\0\0')]],
  ])('is down when it wants %s', async (_, answers) => {
    expect(await check(...answers)).toMatchObject({ outcome: 'failure' });
  });
  it('is down when it never ends its rows, after a bounded number of bytes', async () => {
    let written = 0;
    const server = await tcpServer((socket) => {
      let heard = 0;
      socket.on('data', () => {
        heard += 1;
        if (heard === 1) socket.write(welcome);
        if (heard === 2) socket.write(message('T', int16(1), column));
        if (heard === 2) sendForEver(socket, Buffer.concat(new Array<Buffer>(1000).fill(row)));
      });
      socket.on('close', () => {
        written = socket.bytesWritten;
      });
    });
    expect(await checkOf(server, (signal) => pgsql(server.port, signal), 1000)).toEqual({
      outcome: 'failure',
      detail: 'cannot query SELECT 1: an answer of more than 262144 bytes',
    });
    expect(written).toBeLessThan(16 * 1024 * 1024);
  });
  describeMutations('it', [nothing, welcome, rows(row)], pgsql);
});
describeFaults('a PostgreSQL server', pgsql);

describe('a MySQL server', () => {
  const check = async (...answers: readonly Buffer[]) => {
    const server = await tcpServer((socket) => inTurns(socket, answers));
    return checkOf(server, (signal) => mysql(server.port, signal));
  };
  it('is up when the query yields a row', async () => {
    expect(await check(mysqlGreeting(), okPacket(2), mysqlRows('1'))).toEqual({
      outcome: 'success',
      detail: '1 row(s)',
    });
  });
  it('is down when it yields none', async () => {
    expect(await check(mysqlGreeting(), okPacket(2), mysqlRows())).toEqual({
      outcome: 'failure',
      detail: 'query SELECT 1: no rows',
    });
  });
  it('is down when the statement is no query', async () => {
    expect(await check(mysqlGreeting(), okPacket(2), okPacket(1))).toEqual({
      outcome: 'failure',
      detail: 'query SELECT 1: it is no query that yields rows',
    });
  });
  it('is down when the query fails', async () => {
    expect(await check(mysqlGreeting(), okPacket(2), errorPacket(1, 1146, 'no such table'))).toEqual({
      outcome: 'failure',
      detail: 'cannot query SELECT 1: ER_NO_SUCH_TABLE no such table',
    });
  });
  it('is down when it refuses the login', async () => {
    expect(await check(mysqlGreeting(), errorPacket(2, 1045, 'Access denied'))).toEqual({
      outcome: 'failure',
      detail: 'cannot log in as check: ER_ACCESS_DENIED_ERROR Access denied',
    });
  });
  it('is down when it has no room, which it says instead of a greeting', async () => {
    expect(await check(errorPacket(0, 1040, 'Too many connections'))).toMatchObject({
      outcome: 'failure',
      detail: expect.stringContaining('Too many connections'),
    });
  });
  it('is down when it answers the greeting and then nothing', async () => {
    expect(await check(mysqlGreeting())).toEqual({
      outcome: 'failure',
      detail: 'no answer in time to log in as check',
    });
  });
  it('gets no file of ours when it asks for one', async () => {
    const wantsFile = mysqlPacket(1, Buffer.concat([Buffer.from([0xfb]), Buffer.from('/etc/hostname')]));
    const heard: Buffer[] = [];
    const server = await tcpServer((socket) => {
      socket.on('data', (chunk) => heard.push(chunk));
      inTurns(socket, [mysqlGreeting(), okPacket(2), wantsFile]);
    });
    const result = await checkOf(server, (signal) => mysql(server.port, signal));
    expect(result.outcome).toBe('failure');
    const [login = Buffer.alloc(8)] = heard;
    expect(login.readUInt8(4) & 0x80).toBe(0); // CLIENT_LOCAL_FILES, which would offer it
    expect(Buffer.concat(heard).toString('latin1')).not.toContain(readFileSync('/etc/hostname', 'latin1'));
  });
  describeMutations('it', [mysqlGreeting(), okPacket(2), mysqlRows('1')], mysql);
});
describeFaults('a MySQL server', mysql);

/** A MySQL packet: three bytes of length, a sequence number, the payload. */
function mysqlPacket(sequence: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([payload.length & 0xff, payload.length >> 8, 0, sequence]), payload]);
}

function mysqlGreeting(): Buffer {
  const capabilities = Buffer.from([0xff, 0xf7]);
  return mysqlPacket(
    0,
    Buffer.concat([
      Buffer.from([10]),
      zeroEnded('8.0.0-test'),
      Buffer.from([1, 0, 0, 0]),
      zeroEnded('abcdefgh'),
      capabilities,
      Buffer.from([8, 2, 0, 0x0f, 0x00, 21]),
      Buffer.alloc(10),
      zeroEnded('ijklmnopqrst'),
      zeroEnded('mysql_native_password'),
    ]),
  );
}

function okPacket(sequence: number): Buffer {
  return mysqlPacket(sequence, Buffer.from([0, 0, 0, 2, 0, 0, 0]));
}

function errorPacket(sequence: number, code: number, text: string): Buffer {
  const head = Buffer.from([0xff, code & 0xff, code >> 8]);
  return mysqlPacket(sequence, Buffer.concat([head, Buffer.from(`#HY000${text}`)]));
}

function mysqlRows(...values: readonly string[]): Buffer {
  const text = (value: string) => Buffer.from([value.length, ...Buffer.from(value)]);
  const column = Buffer.concat([
    ...['def', '', '', '', 'n', 'n'].map(text),
    Buffer.from([0x0c, 63, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0]),
  ]);
  const end = Buffer.from([0xfe, 0, 0, 2, 0]);
  const payloads = [Buffer.from([1]), column, end, ...values.map(text), end];
  return Buffer.concat(payloads.map((payload, index) => mysqlPacket(index + 1, payload)));
}
