import { describe, expect, it } from 'vitest';
import type { LdapTarget } from '../../src/model/checks/queries.ts';
import { ip } from '../../src/net/ip.ts';
import { probeLdap } from '../../src/probes/ldap.ts';
import { checkOf, describeFaults, describeMutations, inTurns, sendForEver } from './faulty-server.ts';
import { certFile, tcpServer, tlsServer } from './scripted-server.ts';

const target: LdapTarget = {
  kind: 'ldap',
  address: ip('127.0.0.1'),
  port: 0,
  base: 'dc=example,dc=com',
};
const probe = (port: number, signal: AbortSignal) => probeLdap({ ...target, port }, signal);

/** BER: tag, length, contents (RFC 4511 §5.1); nothing here is longer than 127 bytes. */
const ber = (tag: number, ...contents: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, body.length]), body]);
};
const text = (value: string) => ber(0x04, Buffer.from(value));
const integer = (value: number) => ber(0x02, Buffer.from([value]));
const message = (id: number, operation: Buffer) => ber(0x30, integer(id), operation);
/** LDAPResult (RFC 4511 §4.1.9). */
const result = (code: number) => [ber(0x0a, Buffer.from([code])), text(''), text('')];
/** The library numbers its messages from 2. */
const bound = (code = 0) => message(2, ber(0x61, ...result(code)));
const entry = (dn: string) => message(3, ber(0x64, text(dn), ber(0x30)));
const done = (code = 0) => message(3, ber(0x65, ...result(code)));
const found = (...dns: readonly string[]) => Buffer.concat([...dns.map(entry), done()]);
const nothing = Buffer.alloc(0);

const invalidCredentials = 49;
const noSuchObject = 32;

async function check(answers: readonly Buffer[], changes: Partial<LdapTarget> = {}) {
  const heard: Buffer[] = [];
  const server = await tcpServer((socket) => {
    socket.on('data', (chunk) => heard.push(chunk));
    inTurns(socket, [nothing, ...answers]);
  });
  const outcome = await checkOf(server, (signal) =>
    probeLdap({ ...target, ...changes, port: server.port }, signal),
  );
  return { ...outcome, heard: Buffer.concat(heard).toString('latin1') };
}

describe('an LDAP server', () => {
  it('is up when the one entry is there', async () => {
    const { heard, ...outcome } = await check([bound(), found('dc=example,dc=com')]);
    expect(outcome).toEqual({ outcome: 'success', detail: 'found dc=example,dc=com' });
    expect(heard).toContain('dc=example,dc=com');
    expect(heard).toContain('objectClass');
  });
  it('is up when the name of the root DSE, which is empty, is what it finds', async () => {
    expect(await check([bound(), found('')], { base: '' })).toMatchObject({
      outcome: 'success',
      detail: 'found the root DSE',
    });
  });
  it('is down when there is no entry, or more than one', async () => {
    expect(await check([bound(), found()])).toMatchObject({
      outcome: 'failure',
      detail: '0 entries found, not one',
    });
    expect(await check([bound(), found('dc=a', 'dc=b')])).toMatchObject({
      outcome: 'failure',
      detail: '2 entries found, not one',
    });
    expect(await check([bound(), done(noSuchObject)])).toMatchObject({
      outcome: 'failure',
      detail: 'cannot find dc=example,dc=com: no such entry',
    });
  });
  it('is judged by the name of the entry, where something is to be received', async () => {
    const answers = [bound(), found('dc=example,dc=com')];
    expect(await check(answers, { receive: '^dc=ex' })).toMatchObject({ outcome: 'success' });
    expect(await check(answers, { receive: '^dc=other' })).toMatchObject({
      outcome: 'failure',
      detail: 'found dc=example,dc=com, receive does not match',
    });
  });
  it('is logged in to with name and password, else anonymously', async () => {
    const login = { user: 'cn=check', password: 'geheim' };
    const { heard, ...outcome } = await check([bound(), found('dc=example,dc=com')], { login });
    expect(outcome.outcome).toBe('success');
    expect(heard).toContain('cn=check');
    expect(heard).toContain('geheim');
    expect(await check([bound(invalidCredentials)], { login })).toMatchObject({
      outcome: 'failure',
      detail: 'cannot log in as cn=check: wrong name or password',
    });
    expect(await check([bound(invalidCredentials)])).toMatchObject({
      detail: 'cannot bind anonymously: wrong name or password',
    });
  });
  it('is down when it sends entries for ever', async () => {
    const server = await tcpServer((socket) => {
      socket.once('data', () => {
        socket.write(bound());
        socket.once('data', () => sendForEver(socket, Buffer.concat(new Array(500).fill(entry('dc=a')))));
      });
    });
    expect(await checkOf(server, (signal) => probe(server.port, signal), 1000)).toMatchObject({
      outcome: 'failure',
      detail: 'cannot find dc=example,dc=com: an answer of more than 262144 bytes',
    });
  });
  describeMutations('it', [nothing, bound(), found('dc=example,dc=com')], probe);
});
describeFaults('an LDAP server', probe);

describe('an LDAP server over TLS', () => {
  const server = () => tlsServer((socket) => inTurns(socket, [nothing, bound(), found('dc=example,dc=com')]));
  const ldaps = async (tls: Partial<NonNullable<LdapTarget['tls']>>) => {
    const { port, allClosed } = await server();
    return checkOf({ allClosed }, (signal) =>
      probeLdap({ ...target, port, tls: { verify: false, ...tls } }, signal),
    );
  };
  it('is asked the same', async () => {
    expect(await ldaps({})).toMatchObject({ outcome: 'success' });
  });
  it('must have a certificate to trust, with verify', async () => {
    expect(await ldaps({ verify: true })).toMatchObject({
      outcome: 'failure',
      detail: expect.stringContaining('SELF_SIGNED'),
    });
    const trusted = { verify: true, caFile: certFile };
    expect(await ldaps(trusted)).toMatchObject({ outcome: 'success' });
    expect(await ldaps({ ...trusted, host: 'www.example.com' })).toMatchObject({ outcome: 'success' });
    expect(await ldaps({ ...trusted, host: 'www.example.org' })).toMatchObject({ outcome: 'failure' });
  });
});
