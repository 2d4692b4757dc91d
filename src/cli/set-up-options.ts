// What `realserver` and `director` have in common on their command lines: for which services, read from the config or
// said in options, and what becomes of the script: printed, or run here to look.
import { readConfigNow } from '../compose/read-config-now.ts';
import { formatProblem } from '../config/format-problem.ts';
import type { Config } from '../model/config/config.ts';
import { parseEndpoint } from '../net/endpoint.ts';
import { type Ip, parseIp } from '../net/ip.ts';
import { err, ok, type Result } from '../net/result.ts';
import { shown } from '../net/shown.ts';
import { type Topology, topologies } from '../setup/need.ts';
import type { Firewall, Script } from '../setup/script.ts';
import { type Served, type Server, servedBy, type Vip } from '../setup/served.ts';
import { runScriptHere } from '../system/programs/run-script-here.ts';
import {
  type Arguments,
  defaultConfigFile,
  type ExitCode,
  type Io,
  type Options,
  textOption,
} from './command-line.ts';

export type Wanted = {
  readonly topology: Topology;
  readonly served: Served;
  /** Where it was read. */
  readonly config?: Config;
  readonly dips: readonly Ip[];
  readonly firewall: Firewall;
  readonly action: Script['action'];
};

/** @returns an exit code where the command line or the config stands in the way, which is said. */
export async function readWanted({ options, positionals }: Arguments, io: Io): Promise<Wanted | ExitCode> {
  const [given = ''] = positionals;
  const topology = topologies.find((each) => each === given);
  if (topology === undefined) return refuse(io, `expected ${topologies.join(', ')}, got ${shown(given)}`);
  const how = readHow(options);
  if (!how.ok) return refuse(io, how.error);
  const lists = readLists(options);
  if (!lists.ok) return refuse(io, lists.error);
  const { vips, reals, dips } = lists.value;
  if (vips.length > 0 || (topology === 'nat' && dips.length > 0)) {
    const servers = reals.map((real): Server => ({ ...real, vips }));
    return { topology, served: { vips, servers, floating: [], unknownMarks: [] }, dips, ...how.value };
  }
  const file = textOption(options, 'config') ?? defaultConfigFile;
  const { config, problems } = await readConfigNow(file, textOption(options, 'director'));
  if (config === undefined) {
    io.stderr(problems.map((problem) => `${formatProblem(problem)}\n`).join(''));
    return refuse(io, 'expected a good config, or --vip ADDRESS, got neither');
  }
  const served = onlyOf(servedBy(config, topology), reals);
  if (served.servers.length === 0)
    return refuse(io, `expected a server of ${topology} in ${file}, or --vip ADDRESS, got neither`);
  for (const mark of served.unknownMarks)
    io.stderr(
      `warning: somebody else sets the firewall mark ${mark}: its addresses are not known here; say them with --vip\n`,
    );
  return { topology, served, config, dips, ...how.value };
}

export function refuse(io: Io, message: string): ExitCode {
  io.stderr(`Cannot set up: ${message}\n`);
  return 2;
}

/** Prints a script; where it is to look, runs it here, and nothing is changed. */
export async function printOrLook(script: string, action: Script['action'], io: Io): Promise<ExitCode> {
  if (action !== 'check') {
    io.stdout(script);
    return 0;
  }
  const { output, isGood } = await runScriptHere(script);
  io.stdout(output);
  return isGood ? 0 : 1;
}

function readHow(options: Options): Result<Pick<Wanted, 'firewall' | 'action'>> {
  const firewall = textOption(options, 'firewall') ?? 'none';
  if (firewall !== 'none' && firewall !== 'nftables' && firewall !== 'iptables')
    return err(`expected --firewall nftables, iptables or none, got ${shown(firewall)}`);
  if (options.undo === true && options.check === true) return err('expected --undo or --check, got both');
  return ok({
    firewall,
    action: options.undo === true ? 'undo' : options.check === true ? 'check' : 'apply',
  });
}

type Lists = {
  readonly vips: readonly Vip[];
  readonly reals: readonly Pick<Server, 'address' | 'port'>[];
  readonly dips: readonly Ip[];
};

function readLists(options: Options): Result<Lists> {
  const of = (name: string): readonly string[] =>
    (textOption(options, name) ?? '').split(',').filter((each) => each !== '');
  const vips = of('vip').map(parseVip);
  const reals = of('real').map(parsePlace);
  const dips = of('dip').map(parseIp);
  if (vips.includes(undefined))
    return err(
      `expected --vip ADDRESS[:PORT][/tcp|udp|sctp],…, got ${shown(textOption(options, 'vip') ?? '')}`,
    );
  if (reals.includes(undefined))
    return err(`expected --real ADDRESS[:PORT],…, got ${shown(textOption(options, 'real') ?? '')}`);
  if (dips.includes(undefined))
    return err(`expected --dip ADDRESS,…, got ${shown(textOption(options, 'dip') ?? '')}`);
  return ok({ vips: present(vips), reals: present(reals), dips: present(dips) });
}

const present = <T>(values: readonly (T | undefined)[]): readonly T[] =>
  values.flatMap((value) => value ?? []);

function parseVip(text: string): Vip | undefined {
  const match = /^(.*?)(?:\/(tcp|udp|sctp))?$/.exec(text);
  const place = parsePlace(match?.[1] ?? '');
  return place && { ...place, protocol: (match?.[2] ?? 'tcp') as Vip['protocol'] };
}

/** @property port 0 where none is said. */
function parsePlace(text: string): { readonly address: Ip; readonly port: number } | undefined {
  const address = parseIp(text);
  return address === undefined ? parseEndpoint(text) : { address, port: 0 };
}

/** For those servers alone; all where none is said. */
function onlyOf(served: Served, reals: Lists['reals']): Served {
  if (reals.length === 0) return served;
  const servers = served.servers.filter(({ address }) => reals.some((real) => real.address === address));
  return {
    ...served,
    servers,
    vips: served.vips.filter((vip) => servers.some(({ vips }) => vips.includes(vip))),
  };
}
