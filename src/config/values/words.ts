// The words that a config may choose from, each list with its source.

/** Every scheduler of Linux (net/netfilter/ipvs): a module ip_vs_NAME each. */
export const schedulers = [
  ...['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'fo', 'ovf', 'mh', 'twos'],
] as const;

/** ipvsadm -b: the three flag bits mean what the scheduler says. */
export const schedulerFlags = [
  ...['sh-fallback', 'sh-port', 'mh-fallback', 'mh-port', 'flag-1', 'flag-2', 'flag-3'],
] as const;

export const checktypes = ['negotiate', 'connect', 'ping', 'external', 'external-perl', 'on', 'off'] as const;
