// An ldirectord.cf to the tree that the schema reads. Which line belongs to which block is decided here: stock wants
// column 0 for globals, four columns for a block's lines and no blank line inside (docs/reference/ldirectord.md §1.1,
// §1.2); what people write beside that is taken with a warning. `vrrp = NAME` sections are our extension.
import type { Position, Problem } from '../../model/config/problem.ts';
import { findRawByte } from '../../net/raw-bytes.ts';
import { errorAt, shownKey, shownMax, unshown, warningAt } from '../problem.ts';
import { isPhrase, phraseKeys } from '../router/floating.ts';
import { documentKeys, isSecretKey } from '../secret-keys.ts';
import { type ConfigNode, type MapNode, scalar } from '../tree/node.ts';
import { parseYaml } from '../tree/yaml.ts';
import { didYouMean } from '../values/suggest.ts';
import { commaKeys, globalKeys, listKeys, type VrrpSection, virtualKeys, vrrpSections } from './keys.ts';
import { type Line, lexLdirectord } from './lexer.ts';
import { sourceIn } from './secret-line.ts';
import { isVrrpSection, put, type Section, section, storedKey, toTree } from './section.ts';
import { type Field, type Parts, plainHost } from './values.ts';

export type LdirectordResult = { readonly root: MapNode; readonly problems: readonly Problem[] };

type Reading = {
  readonly file: string;
  readonly problems: Problem[];
  readonly global: Section;
  readonly sections: Section[];
  current: Section;
  /** A blank line since the last line of the current block. */
  gap: boolean;
};

const shareAct = 'share this line with ldirectord';

/** @param text without a byte order mark. */
export function parseLdirectord(text: string, file: string): LdirectordResult {
  const top = { file, line: 1, column: 1 };
  const global = section('global', globalKeys, top);
  const reading: Reading = { file, problems: [], global, sections: [], current: global, gap: false };
  const { lines, firstCrlf } = lexLdirectord(text);
  if (firstCrlf !== undefined) {
    const rule = 'lines that end in LF alone (it refuses yes and no in such a file)';
    reading.problems.push(
      warningAt({ ...top, line: firstCrlf }, 'share this file with ldirectord', rule, 'CR LF'),
    );
  }
  for (const line of lines) readLine(line, reading);
  judgeIntervals(reading);
  return { root: toTree(global, reading.sections), problems: reading.problems };
}

/** Stock warns and goes by the global interval where it does not fork; here a service's own one counts. */
function judgeIntervals({ global, sections, problems }: Reading): void {
  const fork = global.entries.get('fork')?.value;
  if (fork?.kind === 'scalar' && fork.text === 'yes') return;
  for (const { kind, entries } of sections) {
    const interval = entries.get('checkinterval');
    if (kind !== 'virtual' || interval === undefined) continue;
    const got = interval.value.kind === 'scalar' ? interval.value.text : '';
    problems.push(warningAt(interval.keyAt, shareAct, 'fork = yes beside checkinterval of one service', got));
  }
}

function readLine(line: Line, reading: Reading): void {
  if (line.kind === 'comment') return;
  if (line.kind === 'blank') {
    // Stock takes five blanks or more for a directive of the block, and an unknown one.
    if (reading.current.kind !== 'global' && line.indent > 4 && !reading.gap) {
      reading.problems.push(
        warningAt(at(line, reading), shareAct, 'no blanks on an empty line', 'blanks only'),
      );
    }
    reading.gap = true;
    return;
  }
  const key = line.kind === 'directive' ? line.key : '';
  if (isVrrpSection(key)) openVrrp(line, key, reading);
  else if (key === 'virtual' || key === 'virtual6') {
    openVirtual(line, key === 'virtual' ? 'inet' : 'inet6', reading);
  } else readDirective(line, reading);
  reading.gap = false;
}

function openVrrp(line: Line, kind: VrrpSection, reading: Reading): void {
  warnOfIndent(line, reading);
  const opened = section(kind, vrrpSections[kind], at(line, reading));
  const name = line.value.replace(/#.*/, '').trim();
  open(opened, reading);
  put(opened, 'name', scalar(name, valueAt(line, reading)));
}

/** docs/reference/ldirectord.md §1.3, in its order; the rest of the line is dropped. */
function openVirtual(line: Line, family: 'inet' | 'inet6', reading: Reading): void {
  warnOfIndent(line, reading);
  const where = valueAt(line, reading);
  const address = /^(?:[0-9A-Za-z._+-]+|\[[0-9A-Fa-f:]+\]):[0-9A-Za-z_-]+/.exec(line.value)?.[0];
  const mark = address === undefined ? /^\d+/.exec(line.value)?.[0] : undefined;
  const opened = section('virtual', virtualKeys, at(line, reading), { family, mark: mark !== undefined });
  open(opened, reading);
  put(opened, 'family', scalar(family, where));
  if (address?.startsWith('[') && family === 'inet') {
    reading.problems.push(errorAt(where, 'read virtual', 'virtual6 for an IPv6 address', line.value));
  }
  const taken = address ?? mark;
  const after = line.value
    .slice(taken?.length ?? 0)
    .replace(/#.*/, '')
    .trim();
  if (taken === undefined) {
    reading.problems.push(errorAt(where, 'read virtual', 'ADDRESS:PORT or the number of a mark', line.value));
  } else if (after !== '') {
    const rule = `${mark === undefined ? 'an address' : 'a firewall mark, or an address with its port,'} and nothing else`;
    reading.problems.push(
      warningAt(where, 'use all of virtual', `${rule} (it is read as ${taken})`, line.value),
    );
  }
  const { warn } = fieldOf(line, opened, reading);
  const name = (taken ?? '').replace(/^[^:]+(?=:)/, (host) => plainHost(host, family, warn));
  put(opened, mark === undefined ? 'address' : 'fwmark', scalar(name, where));
}

function open(opened: Section, reading: Reading): void {
  reading.sections.push(opened);
  reading.current = opened;
}

/** Of a section's first line, which stock wants in column 0. */
function warnOfIndent(line: Line, reading: Reading): void {
  if (line.indent === 0) return;
  reading.problems.push(
    warningAt(at(line, reading), shareAct, `${line.key} in the first column`, `${line.indent} blanks`),
  );
}

function readDirective(line: Line, reading: Reading): void {
  const target = sectionOf(line, reading);
  reading.current = target.kind === 'global' && line.indent > 0 ? reading.current : target;
  if (line.kind === 'bare') {
    readBare(line, target, reading);
    return;
  }
  const rule = target.keys.get(line.key);
  if (rule === undefined) {
    refuseKey(line, target, reading);
    return;
  }
  const field = fieldOf(line, target, reading);
  const source = isSecretKey(line.key) ? sourceIn(field, valueAt(line, reading)) : undefined;
  if (source !== undefined) {
    put(target, line.key, source);
    return;
  }
  const value = rule(field);
  if (value === undefined || !belongsToFamily(line, target, reading)) return;
  const key = storedKey(line.key, target);
  const where = valueAt(line, reading);
  if (typeof value !== 'string') {
    putParts(target, key, value, where);
    return;
  }
  if (!isText(line, value, reading)) return;
  if (target.kind === 'virtual' && key === 'protocol' && !judgeProtocol(line, value, target, reading)) return;
  if (key === 'service') judgeService(line, target, reading);
  const node = isVrrpSection(target.kind) ? vrrpNode(line, value, reading) : scalar(value, where);
  if (node !== undefined) put(target, key, node);
}

/** No parts are none of it: what an earlier line said is gone. */
function putParts(target: Section, key: string, parts: Parts, at: Position): void {
  const entries = Object.entries(parts).map(([each, text]) => ({
    key: each,
    keyAt: at,
    value: scalar(text, at),
  }));
  if (entries.length === 0) target.entries.delete(key);
  else put(target, key, { kind: 'list', items: [{ kind: 'map', at, entries }], at });
}

/** Compared and sent byte by byte, as stock does with all that it reads. */
const takesBytes: ReadonlySet<string> = new Set(['receive', 'request', 'real', 'real6', 'fallback']);

function isText(line: Line, value: string, reading: Reading): boolean {
  const raw = takesBytes.has(line.key) ? undefined : findRawByte(value);
  if (raw === undefined) return true;
  const where = valueAt(line, reading);
  reading.problems.push(errorAt(where, `read ${line.key}`, 'UTF-8', `the byte ${raw.byte}`));
  return false;
}

/** Where a line belongs by its indent, its key and what is open; with a warning where stock would refuse it there. */
function sectionOf(line: Line, reading: Reading): Section {
  const { current, global, gap } = reading;
  if (line.indent === 0) return global;
  const warn = (rule: string, got: string) => {
    reading.problems.push(warningAt(at(line, reading), shareAct, rule, got));
  };
  const shallow = line.indent < 4;
  const known = current.keys.has(line.key);
  if (current.kind === 'global' || (shallow && !known && global.keys.has(line.key))) {
    if (global.keys.has(line.key)) warn('a global directive in the first column', `${line.indent} blanks`);
    return global;
  }
  if (known && shallow) warn('four columns before a directive of a block', `${line.indent}`);
  if (known && gap) warn('no blank line inside a block', 'one before this line');
  return current;
}

function readBare(line: Line, target: Section, reading: Reading): void {
  const where = at(line, reading);
  if (target.kind === 'global' && line.key === 'supervised') {
    reading.problems.push(warningAt(where, 'read supervised alone', 'supervised = yes', 'supervised'));
    put(target, 'supervised', scalar('yes', where));
    return;
  }
  const [word = ''] = line.key.split(/\s/);
  const known = [...target.keys.keys()];
  const got = word === line.key ? shownKey(word, known) : `${shownKey(word, known)} and more`;
  reading.problems.push(errorAt(where, 'read line', 'KEY = VALUE', got));
}

function refuseKey(line: Line, target: Section, reading: Reading): void {
  const elsewhere = target.kind === 'global' && virtualKeys.has(line.key);
  const misplaced = target.kind !== 'global' && globalKeys.has(line.key);
  const rule = elsewhere
    ? 'a global directive (one of a virtual service stands in its block, four columns in)'
    : misplaced
      ? 'a directive of this block (a global one stands in the first column)'
      : `a known directive${reading.problems.length < shownMax ? didYouMean(line.key, [...target.keys.keys()]) : ''}`;
  const what = target.kind === 'global' ? 'config' : target.kind;
  const got = shownKey(line.key, [...target.keys.keys(), ...virtualKeys.keys(), ...globalKeys.keys()]);
  reading.problems.push(errorAt(at(line, reading), `read ${what}`, rule, got));
}

function fieldOf(line: Line, target: Section, reading: Reading): Field {
  const where = valueAt(line, reading);
  const inBlock = target.kind !== 'global';
  const show = isSecretKey(line.key) ? unshown : String;
  return {
    key: line.key,
    raw: line.value,
    text: inBlock ? line.value.replace(/#.*/, '').replaceAll('\t', '    ') : line.value,
    family: target.family,
    warn: (rule, got) => void reading.problems.push(warningAt(where, shareAct, rule, show(got))),
    refuse: (rule, got) => void reading.problems.push(errorAt(where, `read ${line.key}`, rule, show(got))),
  };
}

/** real6 and fallback6 stand in virtual6 blocks, real and fallback in virtual ones. */
function belongsToFamily(line: Line, target: Section, reading: Reading): boolean {
  const plain = /^(real|fallback)(6)?$/.exec(line.key);
  if (plain === null || target.kind !== 'virtual') return true;
  const wanted = target.family === 'inet6';
  if ((plain[2] !== undefined) === wanted) return true;
  const rule = wanted ? `${plain[1]}6 in a virtual6 block` : `${plain[1]} in a virtual block`;
  reading.problems.push(errorAt(at(line, reading), `read ${line.key}`, rule, line.key));
  return false;
}

/** `protocol=fwm` is all that a mark may have, and says nothing. */
function judgeProtocol(line: Line, value: string, target: Section, reading: Reading): boolean {
  if ((value === 'fwm') === target.mark) return !target.mark;
  const rule = target.mark ? 'fwm for a firewall mark' : 'tcp or udp for an address';
  reading.problems.push(errorAt(valueAt(line, reading), 'read protocol', rule, value));
  return false;
}

/** Stock keeps the login that it has for these, though a later line names another service. */
function judgeService(line: Line, target: Section, reading: Reading): void {
  const before = target.entries.get('service')?.value;
  if (before?.kind !== 'scalar' || !['ftp', 'sip'].includes(before.text)) return;
  const rule = `one line of service (it keeps the login of ${before.text})`;
  reading.problems.push(warningAt(valueAt(line, reading), shareAct, rule, 'another'));
}

/** `{lvs1: 150, lvs2: 100}` is one value for each director; a list key takes several words. */
function vrrpNode(line: Line, value: string, reading: Reading): ConfigNode | undefined {
  const where = valueAt(line, reading);
  if (!value.startsWith('{')) {
    const words = listKeys.has(line.key) ? entriesOf(line.key, value) : [value];
    const items = words.filter((each) => each.trim() !== '').map((each) => scalar(each.trim(), where));
    return listKeys.has(line.key) ? { kind: 'list', items, at: where } : scalar(value, where);
  }
  const { root, problems } = parseYaml(value, reading.file, { keys: documentKeys });
  if (root?.kind !== 'map' || problems.length > 0) {
    const got = isSecretKey(line.key) ? unshown(value) : value;
    reading.problems.push(errorAt(where, `read ${line.key}`, 'a map such as {lvs1: 150, lvs2: 100}', got));
    return undefined;
  }
  return { ...root, at: where, entries: root.entries.map((entry) => ({ ...entry, keyAt: where })) };
}

/** With commas between, or with blanks where an entry is one word. */
function entriesOf(key: string, value: string): readonly string[] {
  if (commaKeys.has(key) || phraseKeys.has(key)) return value.split(',');
  return value.split(',').flatMap((part) => (isPhrase(part) ? [part] : part.split(/\s+/)));
}

const at = (line: Line, { file }: Reading): Position => ({ file, line: line.number, column: line.keyColumn });
const valueAt = (line: Line, { file }: Reading): Position => ({
  file,
  line: line.number,
  column: line.valueColumn,
});
