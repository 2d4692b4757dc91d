// A config with the servers and peers that its names and files stand for now: for commands that show what it means
// without a daemon. Everything is asked once; where nobody answers, what an earlier run knew counts, as it does at a
// start. A name without an answer is a warning, as it may have one later; a bad file is an error.

import { sortProblems, warningAt } from '../config/problem.ts';
import { parseRealFile } from '../config/real-file.ts';
import type { Config, ConfigResult } from '../model/config/config.ts';
import type { Problem } from '../model/config/problem.ts';
import type { NamedFallbackConfig, NamedRealConfig } from '../model/config/service.ts';
import { formatServiceId, type ServiceName } from '../model/ipvs.ts';
import {
  effectiveVirtuals,
  type Fleet,
  type Question,
  questionKey,
  questionsOf,
} from '../roster/effective.ts';
import { effectivePeers, peerQuestions } from '../roster/effective-peers.ts';
import type { Kept } from '../roster/kept.ts';
import { newRecord, stepName } from '../roster/name-record.ts';
import { contentOf } from '../system/files/watch-text.ts';
import { createResolveName } from '../system/names/resolve-name.ts';
import { keptIn } from './open-roster.ts';
import { commandEnvironment, readConfig } from './read-config.ts';

export async function readConfigNow(file: string, director?: string): Promise<ConfigResult> {
  const { config, problems } = readConfig(file, director, commandEnvironment(director));
  if (config === undefined) return { problems };
  const kept = keptIn(config.director.stateDir).read();
  const found: Problem[] = [];
  const fleets = await readFleets(config, kept, found);
  const fleetOf = (service: ServiceName) => fleets.get(service);
  const questions = [...questionsOf(config.virtuals, fleetOf), ...peerQuestions(config.vrrp)];
  const answers = await ask(questions, kept, (question, reason) => {
    const named = placesOf(question, config, [...fleets.values()]);
    const rule = `${question.name} with an ${question.family === 'inet' ? 'IPv4' : 'IPv6'} address`;
    found.push(...named.map(({ at }) => warningAt(at, 'resolve name', rule, reason)));
  });
  const addressesOf = (question: Question) => answers.get(questionKey(question)) ?? [];
  const { virtuals } = effectiveVirtuals(config.virtuals, { addressesOf, fleetOf });
  const { instances } = effectivePeers(config.vrrp, addressesOf);
  // One that waits for its peers is shown as it stands there.
  const vrrp = config.vrrp.map((each) => instances.find(({ name }) => name === each.name) ?? each);
  const isGood = found.every(({ severity }) => severity === 'warning');
  return {
    ...(isGood && { config: { ...config, virtuals, vrrp } }),
    problems: [...problems, ...sortProblems(found)],
  };
}

type Fleets = ReadonlyMap<ServiceName, Fleet>;

/** By service. */
async function readFleets({ virtuals, director }: Config, kept: Kept, found: Problem[]): Promise<Fleets> {
  const environment = commandEnvironment();
  const fleets = new Map<ServiceName, Fleet>();
  for (const virtual of virtuals) {
    const { realFile } = virtual;
    if (realFile === undefined) continue;
    const { path } = realFile;
    const parse = (text: string) =>
      parseRealFile(text, { path, virtual, director: director.name, environment });
    const content = await contentOf(path);
    const now = 'text' in content ? parse(content.text) : { problems: [] };
    found.push(...now.problems);
    if ('problem' in content) {
      const [rule = '', got = ''] = content.problem.split(', got ');
      found.push(warningAt(realFile.at, 'read real_file', rule, got));
    }
    const earlier = kept.files[path];
    const servers = now.servers ?? (earlier === undefined ? undefined : parse(earlier).servers);
    if (servers !== undefined) fleets.set(formatServiceId(virtual.id), servers);
  }
  return fleets;
}

/** @returns addresses by questionKey. */
async function ask(
  questions: readonly Question[],
  { names }: Kept,
  onMissed: (question: Question, reason: string) => void,
) {
  const resolveName = createResolveName();
  const each = new Map(questions.map((question) => [questionKey(question), question]));
  const answers = await Promise.all(
    [...each].map(async ([key, question]) => {
      const answer = await resolveName(question.name, question.family);
      const { record } = stepName(newRecord(names[key]), answer, 0);
      if (record.failing !== undefined) onMissed(question, record.failing.reason);
      return [key, record.addresses] as const;
    }),
  );
  return new Map(answers);
}

/** Where a name stands. */
function placesOf({ name, family }: Question, { virtuals, vrrp }: Config, fleets: readonly Fleet[]) {
  const named: readonly (NamedRealConfig | NamedFallbackConfig)[] = [
    ...virtuals.flatMap(({ namedReals = [], namedFallbacks = [] }) => [...namedReals, ...namedFallbacks]),
    ...fleets.flatMap(({ namedReals }) => namedReals),
  ];
  const routers = vrrp.filter(
    (instance) => instance.family === family && instance.peerNames?.some((peer) => peer.name === name),
  );
  return [...named.filter((server) => server.name === name), ...routers];
}
