// `lvs-director director dr|tun|nat`: the script that makes a machine a director of the config's services (or of --vip):
// what lies around the table, which `run` itself does not touch.
import { shown } from '../net/shown.ts';
import { modulesOf } from '../setup/service-modules.ts';
import { directorForms, directorScript } from '../setup/set-up.ts';
import { type Arguments, type ExitCode, type Io, textOption } from './command-line.ts';
import { printOrLook, readWanted, refuse } from './set-up-options.ts';

/** 1: --check has found something. */
export async function runDirector(given: Arguments, io: Io): Promise<ExitCode> {
  const format = textOption(given.options, 'format') ?? 'sh';
  const form = Object.hasOwn(directorForms, format) ? directorForms[format] : undefined;
  if (form === undefined)
    return refuse(io, `expected --format ${Object.keys(directorForms).join(', ')}, got ${shown(format)}`);
  const wanted = await readWanted(given, io);
  if (typeof wanted === 'number') return wanted;
  const { topology, served, config, firewall, action } = wanted;
  const fullNat = given.options['full-nat'] === true;
  if (fullNat && topology !== 'nat') return refuse(io, `expected nat with --full-nat, got ${topology}`);
  const modules = (config?.virtuals ?? []).flatMap(modulesOf);
  const script = directorScript(topology, { served, modules, fullNat }, { form, firewall, action });
  return printOrLook(script, action, io);
}
