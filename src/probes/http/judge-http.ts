// Whether an HTTP answer is what a question wants: status, then digest, then JSON, then the regular expression; and
// the weight that a header asks for.
import type { HttpQuestion } from '../../model/checks/http.ts';
import type { StatusRange } from '../../model/config/check.ts';
import type { ProbeResult } from '../../model/probe-result.ts';
import { rawByte } from '../../net/raw-bytes.ts';
import { judgeUnmatched } from '../match/judge-receive.ts';
import { type Asker, matchBody, matcherOfBeginnings } from '../match/match-body.ts';
import type { Conversation } from '../talk/conversation.ts';
import { failure, success } from '../talk/judge-error.ts';
import { asBytes, bodyTextOf, textOf } from './decode-body.ts';
import type { BodyPlan, HttpAnswer, HttpHeaders } from './http-answer.ts';
import { judgeJson } from './match-json.ts';

const success2xx: readonly StatusRange[] = [[200, 299]];

export const isWanted = ({ status: ranges = success2xx }: HttpQuestion, status: number): boolean =>
  ranges.some(([from, to]) => status >= from && status <= to);

/** How much of the body it takes to judge the answer: where nothing is wanted of it, the status says all. */
export async function bodyPlanOf({ digest, receive, json }: HttpQuestion): Promise<BodyPlan> {
  if (digest !== undefined) return { wish: 'digest' };
  if (json !== undefined) return { wish: 'start' };
  if (receive === undefined) return { wish: 'none' };
  const matches = rawByte.test(receive) ? undefined : await matcherOfBeginnings(receive);
  if (matches === undefined) return { wish: 'start' };
  const suffices = (body: Buffer): boolean => {
    const { text, bytes } = textOf(body);
    return !bytes && matches(text);
  };
  return { wish: 'start', suffices };
}

/** Of what had come at the deadline, a pattern that may take long to match is given a time of its own. */
const lateMatchMs = 500;

/** Judges what was heard, also where the deadline was what ended it. */
export function judgeWithin(
  { server, judge, signal }: Conversation,
  question: HttpQuestion,
  answer: HttpAnswer,
): Promise<ProbeResult> {
  const left = signal.aborted ? AbortSignal.timeout(lateMatchMs) : signal;
  return judge(judgeAnswer(question, answer, { server, judge, signal: left }));
}

async function judgeAnswer(question: HttpQuestion, answer: HttpAnswer, asker: Asker): Promise<ProbeResult> {
  const { status } = answer;
  const says = `HTTP ${status}`;
  if (!isWanted(question, status)) return failure(says);
  if (question.digest !== undefined && question.digest !== answer.digest) {
    return failure(`${says}, digest is ${answer.digest ?? 'not known of a body as long as this'}`);
  }
  const { json, receive } = question;
  if (json === undefined && receive === undefined) return success(says);
  const { text, bytes } = await bodyTextOf(answer, receive);
  if (json !== undefined) {
    const wrong = answer.cut ? 'the body is too long' : judgeJson(json, text);
    if (wrong !== undefined) return failure(`${says}, ${json.text} does not hold: ${wrong}`);
  }
  if (receive === undefined) return success(says);
  const outcome = await matchBody(bytes ? asBytes(receive) : receive, text, asker);
  const { length } = answer.body;
  if (outcome === 'yes') return success(`${says}, receive matches`);
  if (outcome === 'no') return failure(`${says}, receive does not match the body (${length} bytes)`);
  return judgeUnmatched(outcome, receive, `${says} (${length} bytes)`);
}

/** Adds the weight that `header` asks for: a whole number from 0 to 100, with or without a percent sign. */
export function withWeight(result: ProbeResult, headers: HttpHeaders, header: string): ProbeResult {
  const value = headers.get(header.toLowerCase());
  if (result.outcome !== 'success' || value === undefined) return result;
  const percent = /^(\d{1,3})\s*%?$/.exec(value.trim())?.[1];
  if (percent === undefined || Number(percent) > 100) {
    return { ...result, detail: `${result.detail}; ${header} is no percentage: ${value}` };
  }
  return { ...result, weightPercent: Number(percent) };
}
