// A table of any size, and the same table in the words of each contestant. Pure.

export type Server = { readonly address: string; readonly weight: number };
export type Service = { readonly address: string; readonly servers: readonly Server[] };
export type Site = readonly Service[];

/** All servers of the service at the same index are the same ten machines: 10.60.0.1 to 10.60.0.10. */
export const serverAddress = (index: number): string => `10.60.0.${index + 1}`;

export const siteOf = (services: number, serversEach = 10): Site =>
  Array.from({ length: services }, (_, index) => ({
    address: `10.50.${Math.floor(index / 250)}.${(index % 250) + 1}`,
    servers: Array.from({ length: serversEach }, (_none, server) => ({
      address: serverAddress(server),
      weight: 10,
    })),
  }));

export const entriesOf = (site: Site): number =>
  site.reduce((sum, { servers }) => sum + 1 + servers.length, 0);

/** The same with another weight of one server, in the middle of the table. */
export const withOneWeight = (site: Site, weight: number): Site =>
  site.map((service, index) =>
    index === Math.floor(site.length / 2)
      ? {
          ...service,
          servers: service.servers.map((server, at) => (at === 0 ? { ...server, weight } : server)),
        }
      : service,
  );

/** What watches the servers: nothing, or a connect each second. */
export type Checks = 'none' | 'connect';

export const directorConfig = (site: Site, checks: Checks, resync: string): string =>
  [
    'director: {control_socket: $CONTROL, state_dir: $STATE}',
    `ipvs: {resync_interval: ${resync}}`,
    `checkinterval: ${checks === 'none' ? 3600 : 1}`,
    'checktimeout: 1',
    'failurecount: 1',
    site.length === 0 ? 'virtual: []' : 'virtual:',
    ...site.map(
      ({ address, servers }) =>
        `  - {address: "${address}:80", protocol: tcp, scheduler: wlc, checktype: ${checks === 'none' ? 'on' : 'connect'}, real: [${servers
          .map((server) => `"${server.address}:80 masq ${server.weight}"`)
          .join(', ')}]}`,
    ),
    '',
  ].join('\n');

export const keepalivedConfig = (site: Site, checks: Checks): string =>
  [
    'global_defs { checker_log_all_failures no }',
    ...site.flatMap(({ address, servers }) => [
      `virtual_server ${address} 80 {`,
      'lb_algo wlc',
      'lb_kind NAT',
      'protocol TCP',
      ...servers.map(
        (server, index) =>
          `real_server ${server.address} 80 {\nweight ${server.weight}\n${checks === 'connect' && index === 0 ? tcpCheck : ''}}`,
      ),
      '}',
    ]),
    '',
  ].join('\n');

/** Only the server that will fail is watched: a thousand connects a second are enough for one lab kernel. */
const tcpCheck = 'TCP_CHECK {\nconnect_timeout 1\ndelay_loop 1\nretry 0\nwarmup 0\n}\n';

export const ipvsadmRules = (site: Site): string =>
  site
    .flatMap(({ address, servers }) => [
      `-A -t ${address}:80 -s wlc`,
      ...servers.map((server) => `-a -t ${address}:80 -r ${server.address}:80 -m -w ${server.weight}`),
    ])
    .map((line) => `${line}\n`)
    .join('');
