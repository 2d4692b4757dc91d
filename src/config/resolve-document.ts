// A document that has been read (read-tree.ts) to the Config of this director: defaults filled in, names
// looked up, everything judged. The last step, and the same one for both grammars.
import type { Config, ConfigResult, ExecutedConfig } from '../model/config/config.ts';
import type { ConfigEnvironment } from '../model/config/environment.ts';
import type { Problem } from '../model/config/problem.ts';
import type { VirtualConfig } from '../model/config/service.ts';
import { judgeCallback } from './callback.ts';
import { judgeAcceptLocal, judgeCheckMarks } from './checks/path.ts';
import { directorDefaults } from './defaults.ts';
import type { DocumentDraft } from './document.ts';
import { judgeFloatingGateway } from './floating-gateway.ts';
import { judgeIneffective } from './ineffective.ts';
import { resolveIpvs } from './ipvs/ipvs.ts';
import { judgeSyncFamilies } from './ipvs/sync.ts';
import { judgeUnusedIpvs } from './ipvs/unused.ts';
import { judgeLogfile, resolveLog } from './log.ts';
import { judgeListen, resolveMetrics } from './metrics.ts';
import { resolveMail } from './notices/mail.ts';
import { resolveWebhooks } from './notices/webhooks.ts';
import { sortProblems } from './problem.ts';
import type { DocumentResult } from './read-document.ts';
import { type Dialect, present, type Resolution } from './resolution.ts';
import { judgeAddressCount, judgeVrrpConflicts, type VrrpEntry } from './router/conflicts.ts';
import { resolveDelays } from './router/delays.ts';
import { judgeSharedStrict, withSharedStrict } from './router/judge-strict.ts';
import type { VrrpDraft } from './router/keys.ts';
import { resolveVrrpProcess } from './router/process.ts';
import { resolveVrrp } from './router/resolve.ts';
import { resolveStatics } from './router/statics.ts';
import { judgeScriptUser } from './script-user.ts';
import { resolveCheckProcesses } from './service/check-processes.ts';
import { resolveEntry } from './service/entry.ts';
import { judgeDuplicates } from './service/judge.ts';
import { judgeMarks } from './service/marks.ts';
import { judgeSharedPrograms } from './service/programs.ts';
import { judgeSharedKeys } from './service/shared-keys.ts';
import { judgeFall } from './service/timing.ts';
import { resolveFifos } from './tracking/fifos.ts';
import { judgeRouterPrograms } from './tracking/programs.ts';
import { resolveTracking } from './tracking/resolve.ts';
import { judgeUntracked } from './tracking/untracked.ts';

export type Origin = {
  readonly file: string;
  readonly dialect: Dialect;
  /** Which per-director values were taken. */
  readonly director: string;
  readonly environment: ConfigEnvironment;
};

/** What the files that `execute` names come to (executed.ts). */
export type Executed = {
  readonly virtuals: readonly VirtualConfig[];
  readonly files: readonly ExecutedConfig[];
  readonly problems: readonly Problem[];
};

/** What was read apart from the document. */
export type Apart = {
  /** What the entries of `virtual` came to, where they were not read with it. */
  readonly virtuals?: readonly VirtualConfig[];
  readonly executed?: Executed;
};

export function resolveConfig(document: DocumentResult, origin: Origin, apart: Apart = {}): ConfigResult {
  const { draft, sites } = document;
  const { environment, dialect } = origin;
  const resolution: Resolution = { environment, dialect, sites, problems: [...document.problems] };
  const services = apart.virtuals ?? resolveEntries(draft, resolution);
  const { virtuals: others = [], files: executed = [] } = apart.executed ?? {};
  const all = [...services, ...others];
  const config = { ...toConfig(draft, all, origin, resolution), ...(executed.length > 0 && { executed }) };
  judgeIneffective(draft, sites, resolution);
  judgeLogfile(draft, resolution);
  judgeListen(draft.metrics, resolution);
  judgeFall(draft, sites('fall'), resolution);
  judgeSharedKeys(draft, services, resolution);
  judgeSharedStrict(draft, resolution);
  judgeUntracked(draft, resolution);
  judgeRouterPrograms(draft, resolution);
  judgeSharedPrograms(draft, resolution);
  judgeSyncFamilies(config, resolution);
  judgeAcceptLocal(config, resolution);
  judgeUnusedIpvs(draft.ipvs ?? {}, config, resolution);
  judgeFloatingGateway(config, resolution);
  judgeScriptUser(draft, all, resolution);
  judgeCallback(draft, resolution);
  const problems = [...sortProblems(resolution.problems), ...(apart.executed?.problems ?? [])];
  return problems.some((problem) => problem.severity === 'error') ? { problems } : { config, problems };
}

function toConfig(
  draft: DocumentDraft,
  virtuals: readonly VirtualConfig[],
  origin: Origin,
  resolution: Resolution,
): Config {
  const entries = (draft.vrrp ?? []).flatMap((each, index) =>
    each === undefined ? [] : [entryOf(withSharedStrict(each, draft.vrrp_strict), index, resolution)],
  );
  judgeVrrpConflicts(entries, resolution);
  judgeAddressCount(entries, resolution);
  judgeDuplicates(virtuals, resolution);
  judgeMarks(virtuals, resolution);
  judgeCheckMarks(virtuals, resolution);
  const routers = resolveTracking(draft, entries, virtuals, resolution);
  return {
    file: origin.file,
    director: {
      name: origin.director,
      controlSocket: draft.director?.control_socket ?? directorDefaults.control_socket,
      stateDir: draft.director?.state_dir ?? directorDefaults.state_dir,
    },
    ...(draft.metrics !== undefined && { metrics: resolveMetrics(draft.metrics) }),
    log: resolveLog(draft, resolution),
    vrrpProcess: resolveVrrpProcess(draft.vrrp_process),
    ...routers,
    vrrp: resolveStatics(draft, resolveDelays(draft, routers.vrrp, resolution), resolution),
    ipvs: resolveIpvs(
      draft.ipvs ?? {},
      entries.flatMap(({ instances }) => instances.slice(0, 1)),
      resolution,
    ),
    virtuals,
    ...resolveCheckProcesses(draft),
    autoreload: draft.autoreload ?? false,
    ...present({ mail: resolveMail(draft, virtuals, resolution) }),
    ...present({ callback: draft.callback }),
    ...present({ webhooks: resolveWebhooks(draft, resolution) }),
    ...present({ maintenancedir: draft.maintenancedir, scriptUser: draft.script_user }),
    ...present({ fifos: resolveFifos(draft, resolution) }),
  };
}

const entryOf = (draft: VrrpDraft, index: number, resolution: Resolution): VrrpEntry => ({
  index,
  draft,
  instances: resolveVrrp(draft, index, resolution),
});

const resolveEntries = (draft: DocumentDraft, resolution: Resolution): readonly VirtualConfig[] =>
  (draft.virtual ?? []).flatMap((entry, index) =>
    entry === undefined ? [] : resolveEntry(entry, index, draft, resolution),
  );
