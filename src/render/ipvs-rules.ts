// The table as the lines that `ipvsadm -R` reads, in the form of `ipvsadm -Sn` 1.31. That one leaves out
// thresholds and scheduler flags without a name, and writes large firewall marks as negative numbers, which -R
// refuses: here they stand, so that what is restored is what was saved.
import type { ListedEntry } from '../kernel/ipvs-listing.ts';
import { formatEndpoint } from '../net/endpoint.ts';
import { describeTunnel, serviceName } from '../reconcile/describe.ts';
import type { ListedDestination, ListedService } from '../wire/ipvs/listing.ts';
import { isGranular } from './ipvs-listing.ts';

/** One line a service and a server, each with its newline. */
export const formatRules = (table: readonly ListedEntry[]): string =>
  table
    .flatMap(({ service, destinations }) => {
      const name = serviceName(service.id);
      return [
        `-A ${name} ${serviceOptions(service)}\n`,
        ...destinations.map((server) => `-a ${name} -r ${formatEndpoint(server)} ${serverOptions(server)}\n`),
      ];
    })
    .join('');

function serviceOptions(service: ListedService): string {
  const { scheduler, schedFlags, persistenceSec, persistenceEngine, ops } = service;
  const words = [`-s ${scheduler}`];
  if (persistenceSec !== undefined) words.push(`-p ${persistenceSec}`);
  if (isGranular(service)) words.push(`-M ${service.granularity}`);
  if (persistenceEngine !== undefined) words.push(`--pe ${persistenceEngine}`);
  if (ops) words.push('-o');
  if (schedFlags.length > 0) words.push(`-b ${schedFlags.join(',')}`);
  return words.join(' ');
}

function serverOptions(server: ListedDestination): string {
  const { forward, tunnel, weight, upperThreshold, lowerThreshold } = server;
  const words = [forwardOptions[forward] ?? `--${forward}`, `-w ${weight}`];
  if (forward === 'ipip') words.push(tunnel === undefined ? '--tun-type ipip' : describeTunnel(tunnel));
  if (upperThreshold > 0) words.push(`-x ${upperThreshold}`);
  if (lowerThreshold > 0) words.push(`-y ${lowerThreshold}`);
  return words.join(' ');
}

/** A method that has no option is written so that `ipvsadm -R` stops at it, rather than restore another one. */
const forwardOptions: Readonly<Record<string, string>> = { gate: '-g', masq: '-m', ipip: '-i' };
