// Every directive of a check beside every checktype, service and protocol: one that changes nothing of what is asked of the
// servers is warned of, one that changes something is not. The directives come from the schema, the words from the table.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type CheckDraft, checkKeys } from '../../../src/config/checks/check.ts';
import type { Resolution } from '../../../src/config/resolution.ts';
import { resolveEntry } from '../../../src/config/service/entry.ts';
import { type VirtualDraft, virtualSchema } from '../../../src/config/service/keys.ts';
import { type CheckPlan, checkPlanOf } from '../../../src/health/checks/plan.ts';
import { checksOf } from '../../../src/model/checks/checks-of.ts';
import { services } from '../../../src/model/checks/services.ts';
import type { CheckType } from '../../../src/model/config/check.ts';
import type { Problem } from '../../../src/model/config/problem.ts';
import { environment } from '../../make/environment.ts';

type Timing = 'checkcount' | 'checktimeout' | 'negotiatetimeout';
type Key = Exclude<keyof CheckDraft, 'service' | 'checktype'> | Timing;

/** Of each directive a value that is not its default; the compiler wants one for a new directive. */
const samples: Readonly<Record<Key, unknown>> = {
  checkpath: 'vip',
  checkaddress: '10.0.0.77',
  checkport: '4711',
  bind_address: '10.0.0.78',
  bind_port: '4713',
  bind_interface: 'eth7',
  bind_mark: '5',
  checkcommand: '/bin/false',
  misc_path: '/bin/test -e /x',
  checkuser: 'nobody',
  misc_dynamic: 'yes',
  request: 'http://example.org/x',
  receive: 'ok',
  httpmethod: 'HEAD',
  virtualhost: 'www.example.org',
  sni: 'sni.example.org',
  starttls: 'yes',
  verify: 'yes',
  ca: '/etc/ca.pem',
  cert: '/etc/cert.pem',
  key: '/etc/key.pem',
  tls_min_version: '1.3',
  ciphers: 'TLS_AES_128_GCM_SHA256:HIGH',
  login: 'someone',
  passwd: 'open',
  database: 'data',
  secret: 'hidden',
  status: '404',
  json: '$.a == 1',
  digest: '0123456789abcdef0123456789abcdef',
  body: 'question',
  urls: [{ request: '/a' }, { request: '/b', receive: 'b' }],
  headers: ['X-A: b'],
  http_version: '2',
  weight_header: 'X-Weight',
  certificate_expiry: '14d',
  dns_type: 'MX',
  dns_rcode: 'NXDOMAIN',
  helo_name: 'lvs.example.org',
  payload: 'ff',
  require_reply: 'yes',
  min_reply_length: '3',
  max_reply_length: '7',
  checkfile: '/run/state',
  proxy_protocol: 'v2',
  agent_port: '4712',
  agent_send: 'hello',
  checkcount: '3',
  checktimeout: '3s',
  negotiatetimeout: '4s',
};
const keys = Object.keys(samples) as readonly Key[];

const real = [{ address: '10.0.0.2:81', forward: 'masq' }];
const values = virtualSchema.parse({ ...samples, real, checkinterval: '1h' });
const { real: servers, checkinterval } = values;
const without = (key: Key): Partial<VirtualDraft> =>
  Object.fromEntries(keys.filter((each) => each !== key).map((each) => [each, values[each]]));

const checktypes: readonly CheckType[] = [
  ...(['negotiate', 'connect', 'ping', 'external', 'external-perl', 'on', 'off'] as const).map((kind) => ({
    kind,
  })),
  { kind: 'combined', connects: 3 },
];

const identity = (id: object): Partial<VirtualDraft> => virtualSchema.parse(id);
const identities = [
  identity({ address: '10.0.0.1:8080' }),
  identity({ address: '10.0.0.1:8080', protocol: 'udp', ops: 'yes' }),
  identity({ fwmark: '7' }),
];

type Reading = ReturnType<typeof read>;

/** What is asked of the servers, and what is said of the directives. */
function read(draft: Partial<VirtualDraft>) {
  const problems: Problem[] = [];
  const resolution: Resolution = {
    ...{ environment, dialect: 'yaml', problems },
    sites: (...path) => ({ file: path.slice(2).join('.'), line: 1, column: 1 }),
  };
  const virtuals = resolveEntry(draft as VirtualDraft, 0, {}, resolution);
  const asked = virtuals.map((virtual) =>
    virtual.reals
      .flatMap((each) => checksOf(virtual, each))
      .map((each) => withTimes(checkPlanOf(each.virtual, each.real))),
  );
  // What is judged without a question is judged at once.
  function withTimes(plan: CheckPlan): unknown {
    const { target } = plan.main;
    return target.kind === 'on' || target.kind === 'off' ? { ...plan, main: target } : plan;
  }
  const unused = problems.flatMap(({ message }) =>
    (/^Cannot use ([^:]*): /.exec(message)?.[1] ?? '').split(/, | and /),
  );
  return { asked: JSON.stringify(asked), unused };
}

describe.each(checktypes)('checktype %j', (checktype) => {
  it.each([undefined, ...services])('with service %s', (service) => {
    const wrong: string[] = [];
    for (const id of identities) {
      const base = { ...id, checktype, service, real: servers, checkinterval };
      const [nothing, everything] = [read(base), read({ ...base, ...values, ...id, checktype, service })];
      const compare = (key: Key, where: string, less: Reading, more: Reading) => {
        const changes = less.asked !== more.asked;
        if (changes !== more.unused.includes(key)) return;
        wrong.push(`${key} ${where}, ${JSON.stringify(id)}: ${changes ? 'said to be unread' : 'silent'}`);
      };
      for (const key of keys) {
        compare(key, 'alone', nothing, read({ ...base, [key]: values[key] }));
        if (id === identities[0]) compare(key, 'last', read({ ...base, ...without(key) }), everything);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('a list of one check', () => {
  it.each(checktypes)('says what its service would say, of %j', (checktype) => {
    if (checktype.kind === 'off') return;
    const wrong: string[] = [];
    const plain = { ...identities[0], real: servers, checkinterval };
    for (const service of [undefined, ...services]) {
      for (const key of keys.filter((each) => each !== 'agent_port')) {
        const one = { service, checktype, [key]: values[key] };
        const [alone, listed] = [
          read({ ...plain, ...one }),
          read({ ...plain, checks: [one] } as VirtualDraft),
        ];
        if (JSON.stringify(alone) !== JSON.stringify(listed)) wrong.push(`${key} of ${service}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

it('every directive of the schema is tried', () => {
  const known = Object.keys(z.strictObject(checkKeys).shape);
  expect(known.filter((key) => !(key in samples))).toEqual(['service', 'checktype']);
});
