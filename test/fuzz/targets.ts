// The one list of what is fuzzed. fuzz.test.ts holds it complete: a new decoder or reader without a target fails there.
import type { Target } from './target.ts';
import { controlTargets } from './targets/control.ts';
import { hostTargets } from './targets/host.ts';
import { stateTargets } from './targets/state.ts';
import { textTargets } from './targets/text.ts';
import { wireTargets } from './targets/wire.ts';

export const targets: readonly Target[] = [
  ...wireTargets,
  ...textTargets,
  ...stateTargets,
  ...controlTargets,
  ...hostTargets,
];

/** Readers that no target runs by itself, and who does. */
export const runElsewhere: Readonly<Record<string, string>> = {
  readByEntries: 'parseConfig, and test/config/read-by-entries.test.ts',
  readTree: 'parseConfig',
  readDocument: 'parseConfig',
  readExecutedNow: 'opens files: test/compose/executed-files.test.ts',
  parseWithExecuted: 'opens files: test/compose/executed-files.test.ts',
  readIpvsadmLines: 'convert',
  readKeepalivedLines: 'convert',
  readStatements: 'convert',
  readOptions: 'convert',
  readPairs: 'parseRoute, parseRule, parseVirtualAddress',
  readEscape: 'parsePattern',
  readClassEscape: 'parsePattern',
  readCharacterEscape: 'parsePattern',
  readBrackets: 'parsePattern',
  readRealLine: 'parseLdirectord',
  readLines: 'test/probes/any-bytes.test.ts',
  readOutput: 'test/system/programs',
  readTable: 'values of ours',
  readSecretNode: 'parseConfig',
  readWanted: 'the command line of whoever runs it',
  readFlag: 'parseConfig',
  readSecret: 'opens files: test/system/files/secrets.test.ts',
  readSecretBeside: 'opens files: test/system/files/secrets.test.ts',
  readSecretFrom: 'opens files: test/system/files/secrets.test.ts',
  parseArguments: 'the command line of whoever runs it',
  parseLdirectordArguments: 'the command line of whoever runs it',
  readOwn: 'files of our own build',
  readServiceUnit: 'asks systemd',
  readConfig: 'opens files: parseConfig reads them',
  readConfigNow: 'opens files: parseConfig reads them',
  readAtStart: 'opens files: parseConfig reads them',
  readKernelFacts: 'asks the kernel: decoders of wire/ read its answers',
  readInput: 'opens files',
  readSettled: 'opens files',
  readRegular: 'opens files',
  readRegularNow: 'opens files',
  readKernelModules: 'opens files of the kernel',
  readKernelBuild: 'opens files of the kernel',
  readIpvsConnections: 'opens files of the kernel: parseConnections reads them',
};
