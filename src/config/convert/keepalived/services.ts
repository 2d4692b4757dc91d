// virtual_server as entries of `virtual`. A group, which keepalived makes a service of the kernel of for each address and
// mark, is one entry with `addresses`. Source: keepalived.conf(5), keepalived/check/check_data.c.
import type { Fields, Noting } from '../converted.ts';
import { noteUnknown } from './left-out.ts';
import type { Mails } from './mails.ts';
import { quorumKeys, quorumOf } from './quorum.ts';
import { fallbackOf, realOf } from './real-servers.ts';
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
  /** Whether a program is on this machine; absent: not looked at. */
  readonly isThere?: ((program: string) => boolean) | undefined;
};

const known: ReadonlySet<string> = new Set([
  ...['protocol', 'lb_kind', 'lvs_method', 'delay_loop', 'connect_timeout', 'retry', 'alpha', 'sorry_server'],
  ...['sorry_server_lvs_method', 'inhibit_on_failure', 'weight', 'virtualhost', 'ip_family', 'real_server'],
  ...['snmp_name', 'delay_before_retry', 'omega', 'smtp_alert', ...schedulingKeys, ...quorumKeys],
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
    const key = JSON.stringify([targets, protocolOf(statement) ?? 'udp']);
    const before = services.get(key);
    if (before === undefined) services.set(key, { targets, blocks: [statement] });
    else {
      before.blocks.push(statement);
      const line = before.blocks[0]?.at.line;
      const text = `virtual_server ${statement.text}: its servers are added to those of line ${line}, whose settings hold`;
      note(statement.at, 'approximate', text);
    }
  }
  return [...services.values()].flatMap(({ targets, blocks: [statement, ...more] }) =>
    statement === undefined ? [] : serviceOf(targets, statement, more, around),
  );
}

type Found = { readonly virtual: Statement; readonly real: Statement; readonly fields: Fields };

function serviceOf(
  targets: Targets,
  statement: Statement,
  more: readonly Statement[],
  around: Surroundings,
): readonly Fields[] {
  const { note, mails } = around;
  const reals = [statement, ...more].flatMap((virtual) =>
    (virtual.block ?? []).filter(({ key }) => key === 'real_server').map((real) => ({ virtual, real })),
  );
  if (reals.length === 0) {
    const text = `virtual_server ${statement.text}: left out, as it has no real_server and keepalived ignores it`;
    note(statement.at, 'ignored', text);
    return [];
  }
  const found = new Map<string, Found>();
  for (const { virtual, real } of reals) {
    for (const fields of realOf(real, { virtual, targets, note, mails })) {
      const address = String(fields.address);
      if (found.has(address))
        note(real.at, 'ignored', `real_server ${real.text}: left out, as it stands before`);
      else found.set(address, { virtual, real, fields });
    }
  }
  const servers = [...found.values()];
  if (servers.length === 0) {
    note(
      statement.at,
      'ignored',
      `virtual_server ${statement.text}: left out, as keepalived ignores it without a real_server`,
    );
    return [];
  }
  const statements = servers.map(({ real }) => real);
  const checks = serviceChecksOf(servers, around);
  noteFamilies(targets, statement, note);
  return [
    {
      ...identityOf(targets, statement.at, { ...namesOf(targets, statement, statements, note) }, note),
      ...schedulingOf(statement, note),
      ...persistenceOf(targets, statement, note),
      ...checks.shared,
      quiescent: quiescentOf(statement, statements, note),
      fallback: fallbackOf({ virtual: statement, targets, note, mails }),
      ...quorumOf(
        statement,
        servers.map(({ fields }) => Number(fields.weight)),
        note,
      ),
      omega: omegaOf(statement, statements, note),
      smtp_alert: mails.ofService(statement),
      real: servers.map(({ real, fields }) => ({ ...fields, ...checks.ownOf(real) })),
    },
  ];
}

/** Without a program of a loss it has no effect. */
function omegaOf({ block }: Statement, reals: readonly Statement[], note: Noting): string | undefined {
  const omega = lastOf(block, 'omega');
  if (omega === undefined) return undefined;
  const runs =
    lastOf(block, 'quorum_down') ?? reals.find((real) => lastOf(real.block, 'notify_down') !== undefined);
  if (runs !== undefined) return 'yes';
  note(omega.at, 'ignored', 'omega: left out, as there is neither a quorum_down nor a notify_down');
  return undefined;
}

function namesOf(targets: Targets, statement: Statement, reals: readonly Statement[], note: Noting) {
  const { block, at } = statement;
  const inet6 = reals[0]?.words[0]?.includes(':') ? 'inet6' : undefined;
  const family = wordOf(block, 'ip_family') ?? inet6;
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
  if (isSet(block, 'inhibit_on_failure')) return 'yes';
  const inhibited = reals.filter((real) => isSet(real.block, 'inhibit_on_failure'));
  const [first] = inhibited;
  if (first !== undefined && inhibited.length < reals.length) {
    note(first.at, 'approximate', 'inhibit_on_failure: holds for all servers of the service (quiescent)');
  }
  return first === undefined ? undefined : 'yes';
}
