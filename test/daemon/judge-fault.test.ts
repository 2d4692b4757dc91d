import { describe, expect, it } from 'vitest';
import { secretsOfConfig } from '../../src/config/secret-keys.ts';
import { judgeFault } from '../../src/daemon/judge-fault.ts';
import { hideMatches, secretPattern } from '../../src/net/hide-secrets.ts';

const withStack = (...frames: string[]) =>
  Object.assign(new TypeError('x'), {
    stack: ['TypeError: x', ...frames.map((each) => `    at ${each}`)].join('\n'),
  });
const probe = 'parse (file:///usr/lib/lvs-director/dist/probes/dns.js:1:2)';
const library = 'Packet.read (/usr/lib/lvs-director/node_modules/mysql2/lib/packet.js:1:2)';
const node = 'Socket.emit (node:events:1:1)';
const other = 'pass (file:///usr/lib/lvs-director/dist/daemon/reconcile-loop.js:1:2)';
const wire = 'decode (file:///usr/lib/lvs-director/dist/wire/reader.js:1:2)';
const log = 'write (/usr/lib/lvs-director/node_modules/winston/dist/winston.js:1:2)';

describe('judgeFault', () => {
  it.each([
    ['of a check', true, [probe, node]],
    ["of a check's library", true, [library, node]],
    ['below a check', true, [wire, probe, node]],
    ['of a library that a check uses, called by others', false, [library, other]],
    ['of what many use', false, [wire, node]],
    ['of the loops', false, [other, node]],
    ['of a check called by the loops at once', false, [probe, other]],
    ['of the log', false, [log, node]],
    ['of Node alone', false, [node]],
    ['without a stack', false, []],
  ])('takes one %s for a matter of a check alone: %s', (_, isOfCheck, frames) =>
    expect(judgeFault(withStack(...frames)).isOfCheck).toBe(isOfCheck),
  );

  it('names the error, its code, and the innermost calls without the path of the installation', () => {
    const error = Object.assign(withStack(probe, library, node), { code: 'ERR_X' });
    expect(judgeFault(error)).toEqual({
      error: 'TypeError ERR_X',
      reason: 'x',
      stack: ['parse (dist/probes/dns.js:1:2)', 'Packet.read (node_modules/mysql2/lib/packet.js:1:2)', node],
      isOfCheck: true,
    });
    expect(judgeFault(withStack(...Array.from({ length: 50 }, () => node))).stack).toHaveLength(12);
  });

  it.each([undefined, null, 'text', 3, {}, []])('says no more of %j than that it is no error', (thrown) =>
    expect(judgeFault(thrown)).toMatchObject({
      stack: [],
      isOfCheck: false,
      reason: 'no error was thrown but a value',
    }),
  );
  it('hides what looks like a secret, and what the config has for one', () => {
    const error = new SyntaxError('at password=hunter2 of s3cret');
    expect(judgeFault(error).reason).toBe('at password=*** of s3cret');
    const config = { vrrp: [{ authPass: 's3cret' }], virtuals: [{ passwd: 'p4ss' }, { login: 'me' }] };
    expect(secretsOfConfig(config)).toEqual(['s3cret', 'p4ss']);
    const hide = (text: string) => hideMatches(text, secretPattern(secretsOfConfig(config)));
    expect(judgeFault(error, hide).reason).toBe('at password=hunter2 of ***');
  });
});
