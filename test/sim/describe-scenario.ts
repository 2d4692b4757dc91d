// A scenario in words: who takes part with which configuration, what the network and the hosts are like, and what
// goes wrong. Every number that the run depends on is in it.
import { formatPrefix } from '../../src/net/prefix.ts';
import type { Micros } from '../../src/ports/clock.ts';
import type { GroupPlan, HostPlan, Scenario, Weather } from './scenario.ts';

const ms = (us: Micros): string => `${us / 1000} ms`;

export function describeScenario(scenario: Scenario): string {
  const { hosts, groups, weather, faults, broken, faultsEndAt } = scenario;
  const { delayUs, latenessUs, kernelUs } = scenario;
  return [
    `seed ${scenario.seed}: ${hosts.length} hosts, ${groups.length} groups, ${faults.length} faults`,
    `delay up to ${ms(delayUs)}, lateness up to ${ms(latenessUs)}, kernel up to ${ms(kernelUs)}`,
    ...hosts.map(describeHost),
    ...groups.flatMap((group) => describeGroup(group, hosts)),
    `weather: ${describeWeather(weather)}; until ${faultsEndAt / 1e6} s`,
    ...faults.map(({ at, ...fault }) => `  at ${(at / 1e6).toFixed(6)} s ${JSON.stringify(fault)}`),
    ...broken.map(({ host, how }) => `  ${hosts[host]?.name} stays ${how} from ${faultsEndAt / 1e6} s on`),
  ].join('\n');
}

const describeHost = ({ name, clock, bufferSize, startAt }: HostPlan): string =>
  `host ${name}: starts at ${startAt / 1e6} s, clock x${clock.rate} from ${clock.offsetUs}, buffer ${bufferSize}`;

function describeGroup({ name, routers }: GroupPlan, hosts: readonly HostPlan[]): readonly string[] {
  const first = routers[0]?.config;
  if (first === undefined) return [];
  const mode = first.unicastPeers.length > 0 ? 'unicast' : 'multicast';
  const vips = first.addresses.map(formatPrefix).join(' ');
  return [
    `group ${name}: VRID ${first.virtualRouterId}, version ${first.version}, ${mode}, ${vips}`,
    ...routers.map(({ host, config }) => {
      const { priority, advertIntervalUs, preempt, preemptDelayUs, leaseUs, sourceAddress } = config;
      const lease = leaseUs === 'off' ? 'no lease' : `lease ${leaseUs / 1e6} s`;
      const preempting = preempt ? `preempts after ${ms(preemptDelayUs)}` : 'does not preempt';
      const settings = `priority ${priority}, adverts each ${ms(advertIntervalUs)}, ${preempting}, ${lease}`;
      return `  ${hosts[host]?.name} ${sourceAddress}: ${settings}`;
    }),
  ];
}

function describeWeather({ loss, burst, late, lateUs, duplicate, flip, paths }: Weather): string {
  if (loss + late + duplicate + flip === 0 && burst === undefined) return 'calm';
  const chance = (value: number): string => `${(100 * value).toFixed(1)} %`;
  return [
    `${chance(loss)} lost`,
    ...(burst === undefined ? [] : [`bursts begin ${chance(burst.begins)} and end ${chance(burst.ends)}`]),
    `${chance(late)} late by ${ms(lateUs)}`,
    `${chance(duplicate)} doubled`,
    `${chance(flip)} changed`,
    ...(paths === undefined ? [] : [`on ${paths.join(' ')}`]),
  ].join(', ');
}
