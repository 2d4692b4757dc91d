// The stock ldirectord's own parser, asked what it makes of texts: its program up to where it begins to work, and then a
// loop of ours that reads each file as a reload does and prints its tables.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StockTable } from './stock.ts';

const program = '/usr/sbin/ldirectord';
const work = /^\$DAEMON_STATUS = \$DAEMON_STATUS_STARTING;\nld_init\(\);[\s\S]*?^# functions$/m;

/** Whether there is one to ask, with the modules that it loads. */
export const hasStock = existsSync(program) && spawnSync('perl', ['-c', program]).status === 0;

const loop = `
# As for a reload: an error is one, and not the end.
$DAEMON_STATUS = $DAEMON_STATUS_RUNNING;
$HOSTNAME = 'testhost';
$CFGNAME = 'none';
{
	no warnings 'redefine';
	*ld_log = sub {};
}
use JSON::PP;
my $json = JSON::PP->new->latin1->canonical;
for my $file (@OLD_ARGV) {
	$CONFIG = $file;
	my $said = eval {
		read_config();
		ld_setup();
		my %global = (autoreload => $AUTOCHECK, checkinterval => $CHECKINTERVAL, quiescent => $QUIESCENT,
			readdquiescent => $READDQUIESCENT, cleanstop => $CLEANSTOP, maintenancedir => $MAINTDIR,
			fallback => $FALLBACK, fallback6 => $FALLBACK6, fallbackcommand => $FALLBACKCOMMAND);
		for my $v (@VIRTUAL) {
			$$v{id} = get_virtual_id_str($v);
			$$v{af} = $$v{addressfamily} == AF_INET6 ? 6 : 4;
		}
		$json->encode({ global => \\%global, virtual => \\@VIRTUAL });
	};
	print $said // 'null', "\\n";
}
CORE::exit(0);
# functions`;

/** For each text its tables, or undefined where stock refuses it. Texts are bytes as characters. */
export function askStock(texts: readonly string[]): readonly (StockTable | undefined)[] {
  const folder = mkdtempSync(join(tmpdir(), 'stock-'));
  try {
    const script = join(folder, 'ldirectord');
    const source = readFileSync(program, 'latin1');
    if (!work.test(source)) throw new Error(`Cannot ask ${program}: it begins its work elsewhere`);
    writeFileSync(
      script,
      source.replace(work, () => loop),
      'latin1',
    );
    const files = texts.map((text, i) => {
      writeFileSync(join(folder, `${i}.cf`), text, 'latin1');
      return join(folder, `${i}.cf`);
    });
    const { stdout, stderr, status } = spawnSync('perl', [script, ...files], {
      encoding: 'latin1',
      env: { ...process.env, PERLIO: 'perlio' },
      maxBuffer: 2 ** 28,
    });
    const answers = stdout.split('\n').slice(0, -1);
    if (status !== 0 || answers.length !== texts.length)
      throw new Error(`Cannot ask ${program}: status ${status}, ${answers.length} answers, ${stderr}`);
    return answers.map((line) => (JSON.parse(line) as StockTable | null) ?? undefined);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
