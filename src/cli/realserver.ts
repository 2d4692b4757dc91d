// `lvs-director realserver dr|tun|nat`: the script that makes a machine a real server of the config's services (or of
// --vip), in the words of whoever keeps its network; or, for other systems, what to do there as text.
import { shown } from '../net/shown.ts';
import { describeFor, otherSystems } from '../setup/other-systems.ts';
import { dipFor, unique } from '../setup/served.ts';
import { forms, realServerScript } from '../setup/set-up.ts';
import { type Arguments, type ExitCode, type Io, textOption } from './command-line.ts';
import { printOrLook, readWanted, refuse } from './set-up-options.ts';

/** 1: --check has found something. */
export async function runRealServer(given: Arguments, io: Io): Promise<ExitCode> {
  const format = textOption(given.options, 'format') ?? 'sh';
  const system = otherSystems.find((each) => each === format);
  const form = Object.hasOwn(forms, format) ? forms[format] : undefined;
  if (system === undefined && form === undefined)
    return refuse(
      io,
      `expected --format ${[...Object.keys(forms), ...otherSystems].join(', ')}, got ${shown(format)}`,
    );
  const wanted = await readWanted(given, io);
  if (typeof wanted === 'number') return wanted;
  const { topology, served, dips, firewall, action } = wanted;
  if (system !== undefined) {
    const known = served.servers.flatMap(({ address }) => dipFor(address, served.floating) ?? []);
    const vips = unique(served.vips.map(({ address }) => address));
    io.stdout(describeFor(system, topology, { vips, dips: unique([...dips, ...known]) }));
    return 0;
  }
  if (form === undefined) return 2;
  const wish = { served, dips, policy: given.options.policy === true };
  const script = realServerScript(topology, wish, { form, firewall, action });
  return script.ok ? printOrLook(script.value, action, io) : refuse(io, script.error);
}
