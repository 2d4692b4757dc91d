// Interfaces whose changes count only once they have lasted: one that comes up may have a port that does not forward
// yet (STP), and one that goes may be back at once. Until then it is shown as it was. Of each interface by itself, for
// whoever looks at it: the virtual router that it carries, further paths, and those who track it. What the first look
// finds holds at once: after a crash of this process nothing has to prove itself again.
// keepalived: interface_up_down_delays.
import type { LinkDelay } from '../../model/config/router.ts';
import type { Link } from '../../net/link.ts';
import type { Clock } from '../../ports/clock.ts';

export type LinkDelays = {
  /** From now on these. */
  readonly use: (delays: readonly LinkDelay[]) => void;
  /** What the kernel says now. @param isFirst nothing was known of any link. */
  readonly heard: (link: Link, isFirst?: boolean) => void;
  readonly gone: (index: number) => void;
  /** As it counts now. */
  readonly shown: (link: Link) => Link;
};

type State = { works: boolean; pending?: () => void };

/** @param onSettled a change has lasted long enough. */
export function createLinkDelays(clock: Clock, onSettled: (index: number) => void): LinkDelays {
  let delays: ReadonlyMap<string, LinkDelay> = new Map();
  const states = new Map<number, State>();

  function settle(index: number, state: State): void {
    delete state.pending;
    state.works = !state.works;
    onSettled(index);
  }

  return {
    use: (next) => {
      delays = new Map(next.map((delay) => [delay.name, delay]));
    },
    heard: (link, isFirst = false) => {
      const actual = worksNow(link);
      const state = states.get(link.index) ?? { works: isFirst && actual };
      states.set(link.index, state);
      if (actual === state.works) {
        state.pending?.();
        delete state.pending;
        return;
      }
      if (state.pending !== undefined) return;
      const { upDelayMs = 0, downDelayMs = 0 } = delays.get(link.name) ?? {};
      const waitMs = actual ? upDelayMs : downDelayMs;
      if (waitMs === 0) state.works = actual;
      else state.pending = clock.after(waitMs, () => settle(link.index, state));
    },
    gone: (index) => {
      states.get(index)?.pending?.();
      states.delete(index);
    },
    shown: (link) => {
      const works = states.get(link.index)?.works ?? worksNow(link);
      if (works === worksNow(link) || !delays.has(link.name)) return link;
      return works ? { ...link, up: true, running: true } : { ...link, running: false, settling: true };
    },
  };
}

const worksNow = ({ up, running }: Link): boolean => up && running;
