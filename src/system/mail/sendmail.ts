// Hands one message to the mail system of this host, as ldirectord does where no `smtp` is set: through sendmail, which all of
// them bring. Its exit status says whether it may be tried again. Source: sysexits(3), sendmail(8).
import { spawn } from 'node:child_process';
import { shown } from '../../net/shown.ts';
import type { MailResult } from '../../ports/mail.ts';
import type { Envelope } from './smtp.ts';

const program = '/usr/sbin/sendmail';
/** Of what it says, for the log. */
const saidMax = 1000;
/** EX_USAGE, EX_DATAERR, EX_NOUSER, EX_NOHOST: the same message fails again. */
const final: ReadonlySet<number> = new Set([64, 65, 67, 68]);

export function sendBySendmail(
  { from, recipients, raw }: Envelope,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<MailResult> {
  return new Promise((resolve) => {
    const to = recipients.map(({ address }) => address);
    const child = spawn(program, ['-i', '-f', from, '--', ...to], {
      ...{ stdio: ['pipe', 'ignore', 'pipe'], cwd: '/', signal, timeout: timeoutMs, killSignal: 'SIGKILL' },
    });
    let said = '';
    child.stderr.on('data', (piece: Buffer) => {
      said = `${said}${piece.toString()}`.slice(0, saidMax);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      // Where there is none, there is none a minute later.
      const isFinal = error.code === 'ENOENT';
      const reason = isFinal
        ? `no ${program}: set smtp, or install a mail system`
        : `${program}: ${error.message}`;
      resolve({ kind: isFinal ? 'refused' : 'failed', reason });
    });
    child.on('close', (code, killed) => {
      if (code === 0) return resolve({ kind: 'sent', refused: [], deferred: [] });
      const how = killed === null ? `exit ${code}` : killed;
      const reason = `${program}: ${how}${said === '' ? '' : `: ${shown(said)}`}`;
      resolve({ kind: final.has(code ?? 0) ? 'refused' : 'failed', reason });
    });
    // It may end before it has read all.
    child.stdin.on('error', () => {});
    child.stdin.end(raw.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
  });
}
