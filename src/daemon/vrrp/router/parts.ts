// What one virtual router is made of beside its state machine, put together: what it stands on (paths, macvlan, and
// whether it is fit), and what it does (adverts, addresses, announcements, reports). Each is its own file's; nothing is
// decided here.
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import { isSettled } from '../../../vrrp/contest.ts';
import { effectivePriority } from '../../../vrrp/election.ts';
import { activeDownInterval } from '../../../vrrp/timers.ts';
import type { Event, FurtherPath, RouterConfig, State } from '../../../vrrp/types.ts';
import type { AdvertFacts } from '../../../vrrp/validate.ts';
import type { Answer } from '../adverts/interface.ts';
import { createPaths } from '../adverts/paths.ts';
import { createAdvertSender } from '../adverts/sender.ts';
import { askSender } from '../adverts/sender-macs.ts';
import { createAcceptFilter } from '../holdings/accept-filter.ts';
import { createHoldings } from '../holdings/holdings.ts';
import { createVmac } from '../holdings/macvlan.ts';
import { createRivals } from '../holdings/rivals.ts';
import { createEffects } from './effects.ts';
import { createFitness } from './fitness.ts';
import { createIntroduction } from './introduction.ts';
import { createReporter } from './reporter.ts';
import type { Devices, RouterPorts } from './router-ports.ts';
import { createVmacWait } from './vmac-wait.ts';

/** The router as it is at present. */
export type Present = {
  readonly config: () => VrrpInstanceConfig;
  readonly router: () => RouterConfig;
  readonly state: () => State;
};

export type Base = ReturnType<typeof createBase>;

export type BasePorts = RouterPorts & {
  readonly initial: VrrpInstanceConfig;
  /** @returns whether it was believed. */
  readonly onAdvert: (facts: AdvertFacts, path: FurtherPath | undefined) => boolean;
  readonly onStray: (facts: AdvertFacts, over: string) => boolean;
  readonly onAnswer: (answer: Answer, over: string) => void;
  /** Link, sockets, addresses or the macvlan may have changed. */
  readonly onChanged: () => void;
};

/** What it stands on. */
export function createBase(devices: Devices, { config, router }: Present, ports: BasePorts) {
  const sourceAddress = () => router().sourceAddress;
  const paths = createPaths({
    ...ports,
    ...{ config, sourceAddress },
    silenceUs: () => {
      const { version, advertIntervalUs } = router();
      return activeDownInterval(version, effectivePriority(router()), advertIntervalUs);
    },
  });
  const vmac = createVmac(ports.initial, ports);
  const fitness = createFitness({
    ...ports,
    ...{ config, currentSource: sourceAddress },
    devices: [devices[0], vmac],
  });
  return { paths, vmac, vmacWait: createVmacWait(vmac, ports.clock), fitness };
}

export type Output = ReturnType<typeof createOutput>;

export type OutputPorts = RouterPorts & {
  readonly dispatch: (event: Event) => void;
  /** Everything has been carried out. */
  readonly onIdle: () => void;
};

/** What it does. @param base what it stands on */
export function createOutput(
  [device]: Devices,
  present: Present,
  { base, ...ports }: OutputPorts & { readonly base: Base },
) {
  const { config, router, state } = present;
  const { paths, vmac, fitness } = base;
  const { clock, dispatch } = ports;
  const reporter = createReporter(
    () => ({ config: config(), priority: effectivePriority(router()), fault: fitness.fault }),
    { ...ports, ask: (sender) => askSender(sender, paths.routes()) },
  );
  const sender = createAdvertSender(
    () => (config().advertsFromBase ? paths.routes() : vmac.routesFor(paths.routes())),
    () => ({ config: config(), router: router() }),
    {
      ...ports,
      onSent: (again) => {
        ports.onProgress('advert');
        if (again) dispatch({ type: 'advertSent' });
      },
      onFailed: (reason) => dispatch({ type: 'advertFailed', reason, lastSentAt: sender.lastSentAt() }),
    },
  );
  const holdings = createHoldings(device, {
    ...{ ...ports, config },
    onExpired: () => dispatch({ type: 'deadlineReached' }),
  });
  const rivals = createRivals(device, {
    ...{ ...ports, config, installed: holdings.installed },
    sourceAddress: () => router().sourceAddress,
    onAnswered: (answer) => {
      if (!isSettled(router(), state(), clock.now())) return;
      reporter.answeredElsewhere(answer);
      dispatch({ type: 'answeredElsewhere' });
    },
  });
  const introduction = createIntroduction({ ...ports, routes: paths.routes });
  const accepting = createAcceptFilter(config, ports);
  const effects = createEffects({ ...ports, ...{ router, state, sender, holdings, rivals, reporter } });
  return { reporter, sender, holdings, rivals, introduction, accepting, effects };
}
