// The words that a config may choose from, each list with its source.

/** Every scheduler of Linux (net/netfilter/ipvs): a module ip_vs_NAME each. */
export const schedulers = [
  ...['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'fo', 'ovf', 'mh', 'twos'],
] as const;

/** ipvsadm -b: the three flag bits mean what the scheduler says. */
export const schedulerFlags = [
  ...['sh-fallback', 'sh-port', 'mh-fallback', 'mh-port', 'flag-1', 'flag-2', 'flag-3'],
] as const;

/**
 * docs/reference/ldirectord.md §2: what `service` may be, for checktype negotiate and combined. Its list, then grpc
 * and grpcs among it and agent, file and udp behind it, which are our own.
 */
export const services = [
  ...[
    'dns',
    'ftp',
    'grpc',
    'grpcs',
    'http',
    'https',
    'http_proxy',
    'imap',
    'imaps',
    'ldap',
    'ldaps',
    'mysql',
  ],
  ...['nntp', 'none', 'oracle', 'pgsql', 'pop', 'pops', 'radius', 'simpletcp', 'sip', 'smtp', 'submission'],
  ...['agent', 'file', 'udp'],
] as const;
export type Service = (typeof services)[number];

/** The services that a negotiate check can speak so far; for the others the config warns. */
export const checkedServices: ReadonlySet<string> = new Set([
  ...['dns', 'grpc', 'grpcs', 'http', 'https', 'ldap', 'ldaps', 'mysql', 'none', 'pgsql', 'radius'],
  ...['agent', 'file', 'ftp', 'http_proxy', 'imap', 'imaps', 'nntp', 'pop', 'pops', 'simpletcp', 'sip'],
  ...['smtp', 'submission', 'udp'],
]);

/** docs/reference/ldirectord.md §2.2; every other port has none. */
const serviceByPort: ReadonlyMap<number, Service> = new Map<number, Service>([
  ...([
    [21, 'ftp'],
    [25, 'smtp'],
    [53, 'dns'],
    [80, 'http'],
    [110, 'pop'],
    [119, 'nntp'],
    [143, 'imap'],
  ] as const),
  ...([
    [389, 'ldap'],
    [443, 'https'],
    [587, 'submission'],
    [636, 'ldaps'],
    [993, 'imaps'],
    [995, 'pops'],
  ] as const),
  ...([
    [1521, 'oracle'],
    [1812, 'radius'],
    [3128, 'http_proxy'],
    [3306, 'mysql'],
    [5060, 'sip'],
  ] as const),
  ...([[5432, 'pgsql']] as const),
]);

export const serviceOfPort = (port: number): Service => serviceByPort.get(port) ?? 'none';

export const checktypes = ['negotiate', 'connect', 'ping', 'external', 'external-perl', 'on', 'off'] as const;
