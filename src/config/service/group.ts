// A `virtual` entry with `addresses` to as many entries of one address each. Their servers are those of the entry:
// of its own family for each service where it has some, else all (which only tunnels can serve).

import type { Position } from '../../model/config/problem.ts';
import type { Family } from '../../net/ip.ts';
import { errorAt } from '../problem.ts';
import { literalFamily, type Resolution } from '../resolution.ts';
import { type GroupMember, groupMax } from '../values/group-addresses.ts';
import type { VirtualDraft } from './keys.ts';

export type GroupEntry = {
  readonly draft: VirtualDraft;
  /** Where the service is named. */
  readonly at: Position;
};

/** The entry itself where it is no group; none, with a problem, where it cannot be told which services it has. */
export function resolveGroup(
  draft: VirtualDraft,
  index: number,
  { sites, problems }: Resolution,
): readonly GroupEntry[] {
  const { addresses, ...shared } = draft;
  if (addresses === undefined) return [{ draft, at: sites('virtual', index) }];
  const at = sites('virtual', index, 'addresses');
  if (draft.address !== undefined || draft.fwmark !== undefined) {
    const got = draft.address === undefined ? 'fwmark as well' : 'address as well';
    problems.push(errorAt(at, 'name virtual service', 'addresses alone', got));
    return [];
  }
  const members = addresses.flatMap((each, place) =>
    (each ?? []).map((member) => ({ member, at: sites('virtual', index, 'addresses', place) })),
  );
  if (members.length > groupMax) {
    const rule = `at most ${groupMax} services in one entry`;
    problems.push(errorAt(at, 'name virtual service', rule, `${members.length}`));
    return [];
  }
  const hasAddress = members.some(({ member }) => 'address' in member);
  return members.map(({ member, at: place }) => {
    // The protocol is that of the addresses; a mark has none.
    const draft = 'fwmark' in member && hasAddress ? { ...shared, protocol: undefined } : shared;
    return { draft: memberOf(draft, member), at: place };
  });
}

function memberOf(shared: VirtualDraft, member: GroupMember): VirtualDraft {
  const family = familyOfMember(member, shared.family);
  const { real, fallback } = shared;
  return {
    ...shared,
    ...member,
    family,
    ...(real !== undefined && { real: ofFamily(real, family) }),
    ...(fallback !== undefined && { fallback: ofFamily(fallback, family) }),
  };
}

/** As one of a single address would have it: that of a literal, else what the entry says, else IPv4. */
function familyOfMember(member: GroupMember, given: Family | undefined): Family {
  if ('fwmark' in member) return member.family ?? given ?? 'inet';
  return literalFamily(member.address.host) ?? given ?? 'inet';
}

type Server = { readonly address: { readonly host: string } };

/** The others leave a hole, so that each keeps its place in the file. A name may have addresses of either. */
function ofFamily<S extends Server>(servers: readonly (S | undefined)[], family: Family): (S | undefined)[] {
  const fits = (server: S) => (literalFamily(server.address.host) ?? family) === family;
  const hasOwn = servers.some((server) => server !== undefined && fits(server));
  return servers.map((server) => (server !== undefined && (fits(server) || !hasOwn) ? server : undefined));
}
