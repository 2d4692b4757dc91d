// Clients with neighbour tables, one beside each host and one elsewhere: each knows for each group which router it takes
// for the virtual one. It believes what is announced, and asks nobody by itself: Linux does so after half a minute and
// more. Whether what it knows is right is check-neighbours.ts's matter.
import type { Group, Router, World } from './world.ts';

export type Neighbours = {
  /** A router announces itself to all that it can reach. */
  readonly tell: (router: Router) => void;
  /** By place. */
  readonly entries: (group: Group) => readonly (Router | undefined)[];
};

export function createNeighbours(world: () => World): Neighbours {
  const tables = new Map<Group, (Router | undefined)[]>();

  function tableOf(group: Group): (Router | undefined)[] {
    const known = tables.get(group);
    if (known !== undefined) return known;
    const table = new Array<Router | undefined>(world().lan.places).fill(undefined);
    tables.set(group, table);
    return table;
  }

  function learn(router: Router, place: number): void {
    tableOf(router.group)[place] = router;
    world().referee.learned(router, place);
  }

  return {
    tell: (router) => {
      const { lan } = world();
      const from = router.host.index;
      for (let place = 0; place < lan.places; place++) {
        // Whoever stands beside it needs no path.
        if (place === from) learn(router, place);
        else lan.send(from, place, () => learn(router, place));
      }
    },
    entries: tableOf,
  };
}
