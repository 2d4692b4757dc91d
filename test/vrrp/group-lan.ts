// Directors with a sync group each on a LAN in virtual time: member i of every director is the same virtual router,
// and all of them on one segment, told apart by VRID. Groups are settled as the shell does it, after every step.
import { ip } from '../../src/net/ip.ts';
import type { Micros } from '../../src/ports/clock.ts';
import { groupEvents } from '../../src/vrrp/sync-group.ts';
import type { RouterConfig } from '../../src/vrrp/types.ts';
import { testRouter } from '../make/a-router.ts';
import { createLan, type Lan, type LanOptions, type Node } from './lan.ts';

export type Director = {
  readonly name: string;
  readonly members: readonly Node[];
  /** What is tracked of a member fails, or is well again. */
  readonly track: (member: number, well: boolean) => void;
  readonly link: (member: number, up: boolean) => void;
  readonly tell: (type: 'handoverRequested' | 'shutdown') => void;
};

/** Tells the members what follows for them, until they are at rest. Not to be called from within itself. */
export function settleGroup(lan: Lan, members: readonly Node[], isFit: (node: Node) => boolean): void {
  for (let round = 0; ; round += 1) {
    const events = groupEvents(members.map((node) => ({ state: node.state, fit: isFit(node) })));
    if (events.every((event) => event === undefined)) return;
    if (round > roundsMax) throw new Error('A sync group does not come to rest');
    for (const [i, event] of events.entries()) {
      const node = members[i];
      if (event !== undefined && node !== undefined) lan.event(node, event);
    }
  }
}

export type GroupLan = {
  readonly lan: Lan;
  readonly add: (name: string, changes?: Partial<RouterConfig>) => Director;
};

const roundsMax = 32;

/** @param onSettled after each step and what followed for the group. */
export function createGroupLan(
  members: number,
  onSettled: (director: Director, now: Micros) => void = () => {},
  options: Pick<LanOptions, 'loses' | 'delayUs'> = {},
): GroupLan {
  const directors: Director[] = [];
  const failed = new Set<Node>();
  const settling = new Set<Director>();
  const lan = createLan({
    ...options,
    stepped: (node) => {
      const director = directors.find((each) => each.members.includes(node));
      if (director !== undefined) settle(director);
    },
  });
  const isFit = (node: Node) => node.linkUp && !failed.has(node);

  function settle(director: Director): void {
    if (settling.has(director)) return;
    settling.add(director);
    settleGroup(lan, director.members, isFit);
    settling.delete(director);
    onSettled(director, lan.now());
  }

  function add(name: string, changes: Partial<RouterConfig> = {}): Director {
    const host = directors.length + 1;
    const nodes = Array.from({ length: members }, (_, i) =>
      lan.add(
        `${name}${i + 1}`,
        testRouter({
          virtualRouterId: 51 + i,
          sourceAddress: ip(`10.9.${i}.${host}`),
          addresses: [{ address: ip(`10.9.${i}.100`), length: 24 }],
          grouped: true,
          ...changes,
        }),
      ),
    );
    const at = (member: number): Node => nodes[member] as Node;
    const director: Director = {
      name,
      members: nodes,
      track: (member, well) => {
        if (well) failed.delete(at(member));
        else failed.add(at(member));
        if (!well) lan.event(at(member), { type: 'trackFailed' });
        settle(director);
      },
      link: (member, up) => {
        at(member).linkUp = up;
        if (!up) lan.event(at(member), { type: 'linkDown' });
        settle(director);
      },
      tell: (type) => {
        for (const node of nodes) lan.event(node, { type });
      },
    };
    directors.push(director);
    for (const node of nodes) lan.event(node, { type: 'startup', linkUp: true });
    return director;
  }

  return { lan, add };
}
