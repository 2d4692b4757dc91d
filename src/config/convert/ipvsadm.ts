// What `ipvsadm -S` prints (with -n or without), or a script calls ipvsadm with, as virtual services whose servers are all
// up: such a table has no checks, so the services get checktype on. Options, and what they are by default, as in
// ipvsadm(8).
import type { Position } from '../../model/config/problem.ts';
import { type Converted, collectNotes, type Fields, type Noting } from './converted.ts';
import { readIpvsadmLines } from './ipvsadm-lines.ts';
import { readOptions } from './ipvsadm-options.ts';

type Service = { readonly fields: Fields; readonly real: Map<string, Fields> };
type Table = { readonly services: Map<string, Service>; timeout?: Fields };

const weightMax = 65_535;

export function convertIpvsadm(text: string, file: string): Converted {
  const { note, notes } = collectNotes();
  const table: Table = { services: new Map() };
  for (const line of readIpvsadmLines(text, file)) {
    if (line.kind === 'refused') {
      const got = `${line.found}, which only a shell knows`;
      return { document: {}, notes: notes(), refused: { at: line.at, rule: 'plain ipvsadm lines', got } };
    }
    if (line.kind === 'command') readLine(line.words, line.at, table, note);
    else if (!/^(set|exit|echo|fi|done|esac)\b/.test(line.text))
      note(line.at, 'approximate', `${line.text}: left out, as it is no ipvsadm line`);
  }
  const virtual = [...table.services.values()].map(({ fields, real }) => ({
    ...fields,
    checktype: 'on',
    real: [...real.values()],
  }));
  const ipvs = table.timeout === undefined ? undefined : { timeout: table.timeout };
  return { document: { ipvs, virtual }, notes: notes() };
}

function readLine(words: readonly string[], at: Position, table: Table, note: Noting): void {
  const { command, key, service, fields } = readOptions(words, at, note);
  const whole = words.join(' ');
  if (command === 'set') {
    table.timeout = timeoutsOf(words);
    return;
  }
  if (command === 'clear') {
    table.services.clear();
    return;
  }
  if (key === undefined || command === undefined) {
    note(at, 'approximate', `${whole}: left out, as it adds no service and no server`);
    return;
  }
  const known = table.services.get(key);
  if (command === 'service') {
    const all = { ...service, ...fields, scheduler: fields.scheduler ?? 'wlc' };
    table.services.set(key, { fields: all, real: known?.real ?? new Map() });
  } else if (known === undefined) {
    note(at, 'missing', `${whole}: left out, as its service was not added before`);
  } else {
    const weight = weightOf(fields.weight, at, note);
    known.real.set(String(fields.address), { ...fields, forward: fields.forward ?? 'gate', weight });
  }
}

/** --set TCP TCPFIN UDP; 0 keeps what there is. */
function timeoutsOf(words: readonly string[]): Fields {
  const [tcp, tcpfin, udp] = words
    .slice(words.indexOf('--set') + 1)
    .map((text) => (/^\d+$/.test(text) && Number(text) > 0 ? text : undefined));
  return { tcp, tcpfin, udp };
}

function weightOf(weight: Fields[string], at: Position, note: Noting): string {
  if (typeof weight !== 'string' || Number(weight) <= weightMax)
    return typeof weight === 'string' ? weight : '1';
  note(at, 'limited', `weight ${weight}: ${weightMax} instead, which is the most there is here`);
  return `${weightMax}`;
}
