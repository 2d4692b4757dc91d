// virtual_server as entries of `virtual`. A group, which keepalived makes a service of the kernel of for each address and
// mark, is one entry with `addresses`. Source: keepalived.conf(5), keepalived/check/check_data.c.
import type { Fields, Noting } from '../converted.ts';
import { noteUnknown } from './left-out.ts';
import type { Mails } from './mails.ts';
import { quorumKeys, quorumOf } from './quorum.ts';
import { fallbackOf, familyOfVirtual, realOf } from './real-servers.ts';
import { persistenceOf, schedulingKeys, schedulingOf } from './scheduling.ts';
import { serviceChecksOf } from './service-check.ts';
import { familiesOf, identityOf, protocolOf, type Targets, targetsOf } from './targets.ts';
import { isSet, lastOf, type Statement, wordOf } from './tree.ts';

export type Surroundings = {
  readonly note: Noting;
  readonly mails: Mails;
  readonly groups: ReadonlyMap<string, Statement>;
  readonly trackFiles: ReadonlyMap<string, string>;
  /** What SSL_GET shows of this director. */
  readonly identity: Fields;
  /** Whether a FIFO is told of services, at a stop of those with omega. */
  readonly hasFifo: boolean;
  /** Whether a program is on this machine; absent: not looked at. */
  readonly isThere?: ((program: string) => boolean) | undefined;
};

const known: ReadonlySet<string> = new Set([
  ...['protocol', 'lb_kind', 'lvs_method', 'delay_loop', 'connect_timeout', 'retry', 'alpha', 'sorry_server'],
  ...[
    'sorry_server_lvs_method',
    'sorry_server_inhibit',
    'inhibit_on_failure',
    'weight',
    'virtualhost',
    'ip_family',
    'real_server',
  ],
  ...['snmp_name', 'delay_before_retry', 'warmup', 'omega', 'smtp_alert', ...schedulingKeys, ...quorumKeys],
]);

/** Two blocks of one service are one in the kernel: with the settings of the first, and the servers of both. */
export function virtualsOf(statements: readonly Statement[], around: Surroundings): readonly Fields[] {
  const { note } = around;
  const services = new Map<string, { readonly targets: Targets; readonly blocks: Statement[] }>();
  for (const statement of statements) {
    const [first, ...rest] = targetsOf(statement, around.groups, note);
    noteUnknown(statement.block ?? [], known, 'virtual_server', note);
    if (first === undefined) {
      note(statement.at, 'ignored', `virtual_server ${statement.text}: left out, as it names no service`);
      continue;
    }
    const targets: Targets = [first, ...rest];
    const hasAddress = targets.some((target) => 'addresses' in target);
    const told = hasAddress ? (protocolOf(statement) ?? 'udp') : familyOfVirtual(statement);
    const key = JSON.stringify([targets, told]);
    const before = services.get(key);
    if (before === undefined) services.set(key, { targets, blocks: [statement] });
    else before.blocks.push(statement);
  }
  return [...services.values()].flatMap(({ targets, blocks }) => serviceOf(targets, blocks, around));
}

type Found = { readonly virtual: Statement; readonly real: Statement; readonly fields: Fields };

function serviceOf(targets: Targets, blocks: readonly Statement[], around: Surroundings): readonly Fields[] {
  const { note, mails } = around;
  const [first, ...more] = blocks.flatMap((virtual) => {
    const found = serversOf(virtual, targets, around);
    if (found.length > 0) return [found];
    const text = `virtual_server ${virtual.text}: left out, as it has no real_server and keepalived ignores it`;
    note(virtual.at, 'ignored', text);
    return [];
  });
  const statement = first?.[0]?.virtual;
  if (first === undefined || statement === undefined) return [];
  for (const [added] of more) if (added !== undefined) noteAdded(added.virtual, statement, note);
  const servers = withoutTwins([first, ...more].flat(), note);
  const statements = servers.map(({ real }) => real);
  const checks = serviceChecksOf(servers, around);
  noteFamilies(targets, statement, note);
  return [
    {
      ...identityOf(targets, statement.at, { ...namesOf(targets, statement, note) }, note),
      ...schedulingOf(statement, note),
      ...persistenceOf(targets, statement, note),
      ...checks.shared,
      quiescent: quiescentOf(statement, statements, note),
      ...fallbackOf({ virtual: statement, targets, note, mails }),
      ...quorumOf(
        statement,
        servers.map(({ fields }) => Number(fields.weight)),
        note,
      ),
      omega: omegaOf(statement, statements, around),
      smtp_alert: mails.ofService(statement),
      real: servers.map(({ real, fields }) => ({ ...fields, ...checks.ownOf(real) })),
    },
  ];
}

/** What checks and servers have of their block stays theirs. */
const ofServers: ReadonlySet<string> = new Set([
  ...['real_server', 'protocol', 'lb_kind', 'lvs_method', 'weight', 'alpha', 'snmp_name'],
  ...['delay_loop', 'connect_timeout', 'retry', 'delay_before_retry', 'warmup', 'virtualhost'],
]);

function noteAdded({ at, text, block = [] }: Statement, first: Statement, note: Noting): void {
  const lost: string[] = block.flatMap(({ key, text: value }) => {
    const isSame = first.block?.some((each) => each.key === key && each.text === value) === true;
    return ofServers.has(key) || isSame ? [] : [`${key} ${value}`.trim()];
  });
  const [own, others] = [block, first.block].map((each) => lastOf(each, 'inhibit_on_failure') !== undefined);
  if (others && !own) lost.push('inhibit_on_failure no');
  const without = lost.length === 0 ? '' : `; left out: ${lost.join(', ')}`;
  const added = `its servers are added to those of line ${first.at.line}, whose settings hold${without}`;
  note(at, 'approximate', `virtual_server ${text}: ${added}`);
}

const serversOf = (virtual: Statement, targets: Targets, { note, mails }: Surroundings): readonly Found[] =>
  (virtual.block ?? [])
    .filter(({ key }) => key === 'real_server')
    .flatMap((real) =>
      realOf(real, { virtual, targets, note, mails }).map((fields) => ({ virtual, real, fields })),
    );

/** The first of each address. */
function withoutTwins(servers: readonly Found[], note: Noting): readonly Found[] {
  const found = new Map<string, Found>();
  for (const server of servers) {
    const { real, fields } = server;
    const address = String(fields.address);
    if (found.has(address))
      note(real.at, 'ignored', `real_server ${real.text}: left out, as it stands before`);
    else found.set(address, server);
  }
  return [...found.values()];
}

/** Without a program of a loss, and a FIFO, it has no effect. */
function omegaOf(
  { block }: Statement,
  reals: readonly Statement[],
  { hasFifo, note }: Surroundings,
): string | undefined {
  const omega = lastOf(block, 'omega');
  if (omega === undefined) return undefined;
  const runs =
    lastOf(block, 'quorum_down') ?? reals.find((real) => lastOf(real.block, 'notify_down') !== undefined);
  if (hasFifo || runs !== undefined) return 'yes';
  note(omega.at, 'ignored', 'omega: left out, as there is no quorum_down, no notify_down and no FIFO');
  return undefined;
}

function namesOf(targets: Targets, statement: Statement, note: Noting) {
  const { block, at } = statement;
  const marked = familyOfVirtual(statement);
  const family = marked === 'inet6' || wordOf(block, 'ip_family') === marked ? marked : undefined;
  const given = protocolOf(statement);
  const hasAddress = targets.some((target) => 'addresses' in target);
  if (hasAddress && given === undefined)
    note(at, 'mended', 'protocol: udp, which is what keepalived takes where none is named');
  return { family, protocol: hasAddress ? (given ?? 'udp') : undefined };
}

/** Of a group with addresses of both families each has the servers of its own here. */
function noteFamilies(targets: Targets, { at, block, text }: Statement, note: Noting): void {
  if (familiesOf(targets).size < 2) return;
  const method = lastOf(block, 'lb_kind', 'lvs_method')?.words[0];
  const there = method === 'TUN' ? 'keepalived gives each all of them' : 'keepalived ignores such a group';
  note(
    at,
    'meaning',
    `virtual_server ${text}: each address has the servers of its own family here; ${there}`,
  );
}

function quiescentOf({ block }: Statement, reals: readonly Statement[], note: Noting): string | undefined {
  // Of the service it counts whatever stands behind it.
  const isShared = lastOf(block, 'inhibit_on_failure') !== undefined;
  const inhibited = reals.filter((real) =>
    isShared && lastOf(real.block, 'inhibit_on_failure') === undefined
      ? true
      : isSet(real.block, 'inhibit_on_failure'),
  );
  const [first] = inhibited;
  if (first !== undefined && inhibited.length < reals.length) {
    note(first.at, 'approximate', 'inhibit_on_failure: holds for all servers of the service (quiescent)');
  }
  return first === undefined ? undefined : 'yes';
}
