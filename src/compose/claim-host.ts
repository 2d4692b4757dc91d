// The right to be the daemon here, taken before anything of the host is touched: one daemon a control socket, and one a
// state_dir, since two that keep one memory would each take the other's services for its own. Both rights die with
// the process.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../model/config/config.ts';
import { err, ok, type Result } from '../net/result.ts';
import { lockFile } from '../system/files/lock-file.ts';
import { type ControlClaim, claimControlSocket } from '../system/sockets/control-socket.ts';

/** A state_dir that cannot be locked for any other reason than another daemon is left to those who write there. */
export async function claimHost({
  controlSocket,
  stateDir,
}: Config['director']): Promise<Result<ControlClaim>> {
  const claim = await claimControlSocket(controlSocket);
  if (!claim.ok) return claim;
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o750 });
  } catch {
    return claim;
  }
  const lock = lockFile(join(stateDir, 'lock'));
  if (lock.ok || !lock.error.isHeld) return ok(claim.value);
  claim.value.release();
  const { heldBy } = lock.error;
  const who = heldBy === undefined ? '' : ` (pid ${heldBy})`;
  return err(
    `Cannot keep state in ${stateDir}: expected one daemon a state_dir, got one that is running${who}`,
  );
}
