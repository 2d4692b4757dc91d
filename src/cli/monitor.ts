// `lvs-director monitor`: the check plug-in of Nagios and its family. Asks the daemon once, by its control socket or its
// listener, and has answered in its time, whatever the daemon does: what cannot be known is UNKNOWN.
import type { MonitorFacts } from '../daemon/report/monitor-facts.ts';
import { shown } from '../net/shown.ts';
import type { Answer } from '../ports/control.ts';
import { formatMonitor, type Monitored, type Thresholds, unknown } from '../render/monitor.ts';
import { parseRange } from '../render/monitor-range.ts';
import { askControlSocket } from '../system/sockets/ask-control-socket.ts';
import { askDaemon } from './ask-daemon.ts';
import { type Arguments, type ExitCode, type Io, type Options, textOption } from './command-line.ts';

const timeoutMaxSec = 3600;

export async function runMonitor({ options }: Arguments, io: Io): Promise<ExitCode> {
  const { status, text } = await judge(options, io);
  io.stdout(text);
  return status;
}

async function judge(options: Options, io: Io): Promise<Monitored> {
  const read = readOptions(options);
  if (typeof read === 'string') return unknown(read);
  const about = textOption(options, 'about');
  const target = about === undefined ? '/monitor' : `/monitor?about=${encodeURIComponent(about)}`;
  const answer = await within(read.timeoutMs, ask(options, target, io));
  if (typeof answer === 'string') return unknown(answer);
  if (answer.status === 200) return formatMonitor(answer.body as MonitorFacts, read.thresholds);
  const { error = `status ${answer.status}` } = answer.body as { readonly error?: string };
  return unknown(error);
}

type Read = { readonly thresholds: Thresholds; readonly timeoutMs: number };

/** @returns in words what is wrong. */
function readOptions(options: Options): Read | string {
  const ranges = { warning: textOption(options, 'warning'), critical: textOption(options, 'critical') };
  for (const [name, text] of Object.entries(ranges)) {
    if (text !== undefined && parseRange(text) === undefined)
      return `Cannot read --${name}: expected a range (10, 10:, ~:10, 10:20, @10:20), got ${shown(text)}`;
  }
  const timeout = textOption(options, 'timeout') ?? '10';
  const seconds = /^\d{1,4}(\.\d{1,3})?s?$/.test(timeout) ? Number.parseFloat(timeout) : 0;
  if (seconds <= 0 || seconds > timeoutMaxSec)
    return `Cannot read --timeout: expected seconds up to ${timeoutMaxSec}, got ${shown(timeout)}`;
  const [warning, critical] = [parseRange(ranges.warning ?? ''), parseRange(ranges.critical ?? '')];
  const thresholds = { ...(warning && { warning }), ...(critical && { critical }) };
  return { thresholds, timeoutMs: seconds * 1000 };
}

/** @returns in words why there is no answer. */
async function ask(options: Options, target: string, io: Io): Promise<Answer | string> {
  const url = textOption(options, 'url');
  if (url !== undefined) return askListener(url, target);
  let said = '';
  const stderr = (text: string) => {
    said += text;
  };
  return (await askDaemon(options, 'GET', target, { ...io, stderr })) ?? said.trim();
}

async function askListener(url: string, target: string): Promise<Answer | string> {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'http:')
    return `Cannot ask: expected a URL of the listener (http://127.0.0.1:9650), got ${shown(url)}`;
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  const answer = await askControlSocket({ host, port: Number(parsed.port || 80) }, 'GET', target);
  return answer.ok
    ? answer.value
    : `Cannot ask ${shown(url)}: expected an answer, got ${shown(answer.error)}`;
}

function within(timeoutMs: number, answer: Promise<Answer | string>): Promise<Answer | string> {
  return new Promise((resolve) => {
    const late = `lvs-director does not answer: expected an answer in ${timeoutMs / 1000} s, got none`;
    const timer = setTimeout(() => resolve(late), timeoutMs);
    void answer.then((said) => {
      clearTimeout(timer);
      resolve(said);
    });
  });
}
