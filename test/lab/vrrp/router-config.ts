// The configuration of a director with one virtual router, as most tests of VRRP have it.

/** @param addresses of VI_1 @param more lines of it @param sections what stands beside `vrrp` */
export const routerConfig = (priority: number, addresses: string, more = '', sections = '') => `
director: {control_socket: $CONTROL, state_dir: $STATE}
vrrp:
  - name: VI_1
    interface: eth0
    virtual_router_id: 51
    priority: ${priority}
    advert_int: 100ms
    virtual_ipaddress: [${addresses}]
    ${more}
${sections}`;

/**
 * A lone router that no machine makes step down, however late it lets it wake: the owner is active at once, and its adverts
 * are a second apart. For tests whose subject is another.
 */
export const steadyRouter = (addresses: string): string =>
  routerConfig(255, addresses).replace('advert_int: 100ms', 'advert_int: 1s');

/** Of the host with that number on a LAN with both families. */
export const bothFamilies = (number: number): readonly string[] => [
  `10.9.0.${number}/24`,
  `fd00::${number}/64`,
  `fe80::${number}/64`,
];
