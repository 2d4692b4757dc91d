// The configuration of a director with one virtual router, as most tests of VRRP have it. Its adverts are so far apart that
// a machine which lets a process wake a third of a second late, as busy ones do, makes nobody step down or take over.
import type { VrrpInstanceConfig } from '../../../src/model/config/router.ts';
import { instance } from '../../make/vrrp-instance.ts';

export const advertIntervalMs = 300;

/** @param addresses of VI_1 @param more lines of it @param sections what stands beside `vrrp` */
export const routerConfig = (priority: number, addresses: string, more = '', sections = '') => `
director: {control_socket: $CONTROL, state_dir: $STATE}
vrrp:
  - name: VI_1
    interface: eth0
    virtual_router_id: 51
    priority: ${priority}
    advert_int: ${advertIntervalMs}ms
    virtual_ipaddress: [${addresses}]
    ${more}
${sections}`;

/**
 * A lone router that no machine makes step down, however late it lets it wake: the owner is active at once, and its adverts
 * are a second apart. For tests whose subject is another.
 */
export const steadyRouter = (addresses: string): string => withAdverts(routerConfig(255, addresses), '1s');

/** The same with its adverts so far apart: `1s`. */
export const withAdverts = (config: string, interval: string): string =>
  config.replace(`advert_int: ${advertIntervalMs}ms`, `advert_int: ${interval}`);

/** One instance of a VRRP process, as far apart. */
export const labInstance = (changes: Partial<VrrpInstanceConfig> = {}): VrrpInstanceConfig =>
  instance({ advertIntervalMs, vipLeaseSec: 2, ...changes });

/** Of the host with that number on a LAN with both families. */
export const bothFamilies = (number: number): readonly string[] => [
  `10.9.0.${number}/24`,
  `fd00::${number}/64`,
  `fe80::${number}/64`,
];
