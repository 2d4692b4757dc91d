// `lvs-director convert`: a keepalived.conf, the output of `ipvsadm -Sn` or an ldirectord.cf as YAML on stdout, what
// has no counterpart on stderr with its line and grade. The YAML is read back before it is printed: what `check` would
// refuse is left out or said at once.

import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { configBytesMax } from '../compose/config-bytes.ts';
import { filesOf } from '../compose/include-files.ts';
import { convert, type Format, formatOf, formats } from '../config/convert/convert.ts';
import { formatNote, formatTally } from '../config/convert/converted.ts';
import { formatProblem } from '../config/format-problem.ts';
import { parseConfig } from '../config/load.ts';
import { decodeText } from '../net/raw-bytes.ts';
import { ok, type Result } from '../net/result.ts';
import { shown } from '../net/shown.ts';
import { formatUnread, readRegularNow, type Unread } from '../system/files/open-regular.ts';
import { readInput } from '../system/files/read-input.ts';
import { resolveHost, resolveService } from '../system/names/names.ts';
import { type Arguments, type ExitCode, type Io, type Options, textOption } from './command-line.ts';

/** 0: `check` accepts the YAML; 1: it does not, there is nothing in it, or `--strict` and a note is dangerous; 2: nothing to read. */
export async function runConvert({ options, positionals }: Arguments, io: Io): Promise<ExitCode> {
  const [file] = positionals;
  const from = textOption(options, 'from');
  const named = formats.find((format) => format === from);
  if (file === undefined || (from !== undefined && named === undefined)) {
    const rule =
      file === undefined
        ? 'the name of a file, got nothing'
        : `one of ${formats.join(', ')}, got ${shown(from ?? '')}`;
    io.stderr(`Cannot convert: ${rule}\n`);
    return 2;
  }
  const read = file === '-' ? await readInput(process.stdin, configBytesMax) : readText(file);
  if (read.ok) return print({ file: file === '-' ? 'stdin' : file, text: read.value }, named, options, io);
  io.stderr(`Cannot convert: expected ${shown(formatUnread(read.error))}\n`);
  return 2;
}

function readText(file: string): Result<string, Unread> {
  const read = readRegularNow(file, { bytesMax: configBytesMax });
  return read.ok ? ok(decodeText(read.value.content)) : read;
}

function print(
  source: { readonly file: string; readonly text: string },
  format: Format | undefined,
  options: Options,
  io: Io,
): ExitCode {
  const id = textOption(options, 'id') ?? hostname().replace(/\..*/, '');
  const sources = { include: filesOf, id, isThere: existsSync };
  const director = textOption(options, 'director');
  const environment = { resolveHost, resolveService, ...(director !== undefined && { director }) };
  const judge = (text: string) =>
    parseConfig(text, 'converted.yaml', { hostname: director ?? hostname(), ...environment }).problems;
  const { yaml, notes, problem } = convert(source, format ?? formatOf(source), sources, judge);
  if (problem === undefined) io.stdout(yaml);
  const errors =
    problem === undefined ? judge(yaml).filter(({ severity }) => severity === 'error') : [problem];
  const lines = [
    ...notes.map(formatNote),
    ...errors.map(formatProblem),
    ...(notes.length === 0 ? [] : [formatTally(notes)]),
  ];
  io.stderr(lines.map((line) => `${line}\n`).join(''));
  const isRefused = options.strict === true && notes.some(({ grade }) => grade === 'dangerous');
  return errors.length > 0 || isRefused ? 1 : 0;
}
