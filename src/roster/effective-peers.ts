// The virtual routers as they are in force: names of unicast peers as addresses. A router that has peers but knows
// the address of none does not stand for election, nor do the others of its sync group: alone it would take the role
// from a peer that it cannot hear.
import type { VrrpInstanceConfig } from '../model/config/router.ts';
import type { Known, Question } from './effective.ts';

export type EffectivePeers = {
  readonly instances: readonly VrrpInstanceConfig[];
  /** Names of those that wait. */
  readonly waiting: readonly string[];
};

export const peerQuestions = (instances: readonly VrrpInstanceConfig[]): readonly Question[] =>
  instances.flatMap(({ family, peerNames = [] }) => peerNames.map(({ name }) => ({ name, family })));

export function effectivePeers(
  instances: readonly VrrpInstanceConfig[],
  addressesOf: Known['addressesOf'],
): EffectivePeers {
  const resolved = instances.map((instance) => withPeers(instance, addressesOf));
  const lonely = resolved.filter(
    ({ unicastPeers, peerNames }) => peerNames !== undefined && unicastPeers.length === 0,
  );
  const groups = new Set(lonely.flatMap(({ syncGroup }) => syncGroup ?? []));
  const waits = (instance: VrrpInstanceConfig) =>
    lonely.includes(instance) || (instance.syncGroup !== undefined && groups.has(instance.syncGroup));
  return {
    instances: resolved.filter((instance) => !waits(instance)),
    waiting: resolved.filter(waits).map(({ name }) => name),
  };
}

function withPeers(instance: VrrpInstanceConfig, addressesOf: Known['addressesOf']): VrrpInstanceConfig {
  const { family, peerNames, peerTtl = [] } = instance;
  if (peerNames === undefined) return instance;
  const named = peerNames.flatMap(({ name, ...bounds }) =>
    addressesOf({ name, family }).map((address) => ({ address, ...bounds })),
  );
  const bounded = named
    .filter(({ minTtl, maxTtl }) => (minTtl ?? maxTtl) !== undefined)
    .map(({ address, minTtl = 0, maxTtl = 255 }) => ({ peer: address, min: minTtl, max: maxTtl }));
  const ttl = [...peerTtl, ...bounded];
  return {
    ...instance,
    unicastPeers: [...new Set([...instance.unicastPeers, ...named.map(({ address }) => address)])],
    ...(ttl.length > 0 && { peerTtl: ttl }),
  };
}
