// keepalived's facts of a file against ours of what convert made of it: each difference as a sentence. One that the notes of
// the conversion name is none, if the note stands in the block that the difference is of (or speaks of all of them, in
// global_defs), names a directive that can make such a difference, and has a grade above harmless.
import type { Note } from '../../../src/config/convert/converted.ts';
import { collectNotes } from '../../../src/config/convert/converted.ts';
import { checkers } from '../../../src/config/convert/keepalived/checks.ts';
import { readKeepalivedLines, type Sources } from '../../../src/config/convert/keepalived/lines.ts';
import { readStatements, type Statement } from '../../../src/config/convert/keepalived/tree.ts';
import type { Facts, Thing } from './facts.ts';
import { blockName } from './names.ts';

export type Sides = {
  readonly theirs: Facts;
  readonly ours: Facts;
  readonly notes: readonly Note[];
  readonly blocks: Blocks;
};
/** Lines of the file ("FILE:LINE") by the block they are of. */
export type Blocks = ReadonlyMap<string, ReadonlySet<string>>;

export function differences({ theirs, ours, notes, blocks }: Sides): readonly string[] {
  const there = mapOf(theirs);
  const here = mapOf(ours);
  return [...new Set([...there.keys(), ...here.keys()])].flatMap((name) => {
    const [their, our] = [there.get(name), here.get(name)];
    const own = notesOf(their?.block ?? name, notes, blocks);
    if (their === undefined || our === undefined) {
      const where = their === undefined ? 'here alone' : 'in keepalived alone';
      // What only an instance that is left out tracks, or runs, is not there: the note stands in the instance.
      const telling = /^(vrrp_(script|track)|lvs_sync)/.test(name) ? notes.filter(isTelling) : own;
      const leaving = telling === own ? [] : ['vrrp_instance'];
      return isTold([...wholes(name), ...leaving], telling) ? [] : [`${name}: ${where}`];
    }
    return differingFields(their, our).flatMap(({ field, text }) =>
      // What a member of a sync group tracks is tracked for the others too: its note stands in its own block.
      isTold(directivesOf(field, name), field.startsWith('track_') ? notes.filter(isTelling) : own)
        ? []
        : [`${name}: ${field}: ${text}`],
    );
  });
}

/** Two of one name would hide each other: the second gets a number. */
function mapOf(facts: Facts): ReadonlyMap<string, Thing> {
  const found = new Map<string, Thing>();
  for (const thing of facts) {
    let { name } = thing;
    for (let i = 2; found.has(name); i += 1) name = `${thing.name} again ${i}`;
    found.set(name, thing);
  }
  return found;
}

const differingFields = (their: Thing, our: Thing) =>
  [...new Set([...Object.keys(their.fields), ...Object.keys(our.fields)])].flatMap((field) => {
    const [theirs = 'nothing', ours = 'nothing'] = [their.fields[field], our.fields[field]];
    return theirs === ours ? [] : [{ field, text: `${theirs} in keepalived, ${ours} here` }];
  });

const isTelling = ({ grade }: Pick<Note, 'grade'>): boolean => grade !== 'harmless';

/** In the block, or of all blocks. */
function notesOf(block: string, notes: readonly Note[], blocks: Blocks): readonly Note[] {
  const lines = blocks.get(block);
  const shared = blocks.get('global_defs');
  return notes.filter(({ at, grade }) => {
    const place = `${at.file}:${at.line}`;
    const isHere = lines === undefined || lines.has(place) || shared?.has(place) === true;
    return isHere && isTelling({ grade });
  });
}

const isTold = (directives: readonly string[], notes: readonly Note[]): boolean =>
  notes.some(({ text }) =>
    directives.some((directive) => new RegExp(`(^|[^\\w-])(vrrp_)?${directive}($|[^\\w-])`).test(text)),
  );

/** What a note names when all of a thing is missing. */
const wholes = (name: string): readonly string[] => {
  const [kind = ''] = name.split(' ');
  if (/^[A-Z]+_/.test(kind)) return [...checkers, 'real_server', 'virtual_server', 'group'];
  if (kind === 'real_server') return ['real_server', 'virtual_server', 'virtual', 'group'];
  return kind === 'virtual_server' ? [kind, 'virtual', 'group', 'real_server'] : [kind];
};

/** Directives whose notes tell of a difference in a field of another name. */
const makers: Readonly<Record<string, readonly string[]>> = {
  addresses: ['virtual_ipaddress', 'virtual_ipaddress_excluded'],
  excluded: ['virtual_ipaddress', 'virtual_ipaddress_excluded'],
  routes: ['virtual_routes'],
  rules: ['virtual_rules'],
  group: ['vrrp_sync_group'],
  track_file: ['vrrp_track_file'],
  track_process: ['vrrp_track_process'],
  parameters: ['process'],
  peers: ['unicast_peer'],
  unicast_src_ip: ['mcast_src_ip'],
  auth_pass: ['authentication'],
  accept: ['no_accept'],
  preempt: ['nopreempt', 'state'],
  vmac: ['use_vmac'],
  sync_group: ['vrrp_sync_group'],
  scheduler: ['lb_algo', 'lvs_sched'],
  schedflags: ['sh-port', 'sh-fallback', 'mh-port', 'mh-fallback'],
  persistent: ['persistence_timeout', 'persistence_granularity'],
  netmask: ['persistence_granularity'],
  hysteresis: ['quorum'],
  fallback: ['sorry_server', 'sorry_server_lvs_method', 'lb_kind', 'lvs_method'],
  forward: ['lb_kind', 'lvs_method'],
  uthreshold: ['lthreshold'],
  url: ['path', 'status_code', 'regex', 'digest'],
  delay_loop: ['real_server', 'delay_before_retry'],
};

/** A check may also be that of another server, which the note on the server or the checker says. */
const directivesOf = (field: string, name: string): readonly string[] => [
  field,
  ...(makers[field] ?? []),
  ...(/^[A-Z]+_/.test(name) ? wholes(name) : []),
];

/** Of each block of the file: where its lines stand. */
export function blocksOf(file: string, text: string, sources: Sources): Blocks {
  const { note } = collectNotes();
  const found = new Map<string, Set<string>>();
  const add = (name: string, statement: Statement) => {
    const lines = found.get(name) ?? new Set();
    found.set(name, lines);
    for (const { at } of withInner(statement)) lines.add(`${at.file}:${at.line}`);
  };
  const statements = readStatements(readKeepalivedLines({ file, text }, sources, note), note);
  for (const statement of statements) {
    const { key, words } = statement;
    add(
      key === 'virtual_server' ? blockName(words) : words.length === 0 ? key : `${key} ${words[0]}`,
      statement,
    );
    if (key === 'virtual_server_group') add(blockName(['group', words[0] ?? '']), statement);
  }
  return found;
}

const withInner = (statement: Statement): readonly Statement[] => [
  statement,
  ...(statement.block ?? []).flatMap(withInner),
];
