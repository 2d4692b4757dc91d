// `lvs-director why REAL`: why a real server is served as it is, from its checks to its weight in the kernel.
import type { Why } from '../daemon/why.ts';
import { describeFallback } from '../reconcile/fallback.ts';
import { askDaemon, socketOptions } from './ask-daemon.ts';
import { type ExitCode, type Io, parseArguments } from './command-line.ts';
import { formatDuration } from './format-duration.ts';
import { formatQuorum } from './service-format.ts';

export async function runWhy(argv: readonly string[], io: Io): Promise<ExitCode> {
  const given = parseArguments(argv, { ...socketOptions, json: { type: 'boolean' } }, io, 1);
  const [about] = given?.positionals ?? [];
  if (given === undefined || about === undefined) {
    if (given !== undefined) io.stderr('Cannot explain: a real server, got none (why 192.168.6.2:80)\n');
    return 2;
  }
  const answer = await askDaemon(given.options, 'GET', `/why?about=${encodeURIComponent(about)}`, io);
  if (answer === undefined) return 1;
  const whys = answer.body as readonly Why[];
  if (answer.status !== 200 || whys.length === 0) {
    io.stderr(`Cannot explain: a configured real server, got ${about}\n`);
    return 1;
  }
  io.stdout(
    given.options.json === true ? `${JSON.stringify(whys, null, 2)}\n` : whys.map(formatWhy).join('\n'),
  );
  return 0;
}

export function formatWhy(why: Why): string {
  const lines = [
    `${why.real}${why.name === undefined ? '' : ` (${why.name})`} of ${why.service}${why.tier === undefined ? '' : `, fallback ${why.tier}`}`,
    `  service  ${formatServing(why)}`,
    `  verdict  ${why.check === 'none' ? 'not checked' : why.verdict}${why.maintenance ? ', held out by a file in maintenancedir' : ''}`,
    `  check    ${why.check}; ${why.failures} of ${why.fall} failures, ${why.successes} of ${why.rise} successes in a row`,
    ...why.answers.map(
      ({ outcome, detail, agoMs }) => `           ${formatDuration(agoMs / 1000)} ago: ${outcome}: ${detail}`,
    ),
    ...why.weights.map(
      ({ origin, weight, detail }, index) =>
        `  ${index === 0 ? 'weight  ' : '        '} ${String(weight).padStart(5)}  ${origin}: ${detail}`,
    ),
    `  table    ${formatPlace(why.inTable)}`,
  ];
  return `${lines.join('\n')}\n`;
}

const formatPlace = (place: Why['inTable']): string =>
  place === undefined
    ? 'not there'
    : `weight ${place.weight}, ${place.active} active and ${place.inactive} inactive connections`;

function formatServing({ servedBy, fallback, quorum }: Why): string {
  const who = {
    reals: 'real servers serve',
    fallback: 'a fallback serves',
    nobody: 'nobody serves',
  } as const;
  return [
    ...(quorum === undefined ? [] : [formatQuorum(quorum)]),
    fallback === undefined ? who[servedBy] : describeFallback(fallback),
  ].join('; ');
}
