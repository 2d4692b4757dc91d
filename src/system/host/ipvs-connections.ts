// The connections that the kernel shows of IPVS in /proc, of the network namespace of this process.
import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '../../net/result.ts';

/** The text of /proc/net/ip_vs_conn. */
export function readIpvsConnections(): Result<string> {
  try {
    return ok(readFileSync('/proc/net/ip_vs_conn', 'latin1'));
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return err(isMissing ? 'the kernel has no IPVS (modprobe ip_vs)' : String(error));
  }
}
