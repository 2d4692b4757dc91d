// The health endpoints: yes is 200 and no is 503, with the reason in words, as JSON or as a line of text. What is called by
// a name that nothing has is 404, so that a wrong name is not taken for a sick thing. Whether it is a yes is report/'s.
import type { Daemon } from '../daemon/daemon-ports.ts';
import type { HealthAnswer, HealthQuestion } from '../daemon/report/health-answer.ts';
import { shown } from '../net/shown.ts';
import type { Asked, Reply, Routes } from '../ports/control.ts';

export function healthRoutes(daemon: Pick<Daemon, 'health' | 'monitor'>): Routes {
  const ask = async (question: HealthQuestion, { accept }: Asked): Promise<Reply> =>
    replyOf(await daemon.health(question), question, accept);
  return {
    'GET /healthz': (_, asked) => ask({ kind: 'live' }, asked),
    'GET /readyz': (_, asked) => ask({ kind: 'ready' }, asked),
    'GET /monitor': async (search) => {
      const about = search.get('about') ?? undefined;
      const facts = await daemon.monitor(about);
      const error = `Cannot tell: expected a configured virtual router, service or real server, got ${about}`;
      return facts === undefined ? { status: 404, body: { error } } : { status: 200, body: facts };
    },
    'GET /active/*': (_, asked) => ask({ kind: 'active', about: asked.rest }, asked),
    'GET /service/*': (_, asked) => ask({ kind: 'service', about: asked.rest }, asked),
  };
}

const wanted: Readonly<Record<HealthQuestion['kind'], string>> = {
  ...{ live: '', ready: '' },
  active: 'a configured virtual router, sync group or virtual address',
  service: 'a configured virtual service (its servicename, address or mark)',
};

function replyOf(answer: HealthAnswer | undefined, question: HealthQuestion, accept: string): Reply {
  if (answer !== undefined) return inForm(answer.ok ? 200 : 503, answer, accept);
  const about = 'about' in question ? question.about : '';
  const reason = `Cannot tell: expected ${wanted[question.kind]}, got ${about}`;
  return inForm(404, { ok: false, reason }, accept);
}

function inForm(status: number, { ok, reason }: HealthAnswer, accept: string): Reply {
  if (!prefersText(accept)) return { status, body: { ok, reason } };
  const contentType = 'text/plain; charset=utf-8';
  return { status, contentType, pieces: [`${ok ? 'yes' : 'no'}: ${shown(reason, 2000)}\n`] };
}

/** RFC 9110 §12.5.1. Where both are as welcome, JSON. */
export const prefersText = (accept: string): boolean =>
  weightIn(accept, 'text', 'plain') > weightIn(accept, 'application', 'json');

function weightIn(accept: string, type: string, subtype: string): number {
  const ranges = accept.split(',').map((each) => each.split(';').map((part) => part.trim().toLowerCase()));
  for (const name of [`${type}/${subtype}`, `${type}/*`, '*/*']) {
    const range = ranges.find(([first]) => first === name);
    if (range === undefined) continue;
    const weight = Number(range.find((part) => part.startsWith('q='))?.slice(2) ?? 1);
    return Number.isFinite(weight) ? weight : 0;
  }
  return 0;
}
