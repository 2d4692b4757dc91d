// A question by HTTP/1.1: undici reads the answer, and one that its parser refuses is asked for once more and read as
// the clients that people use would (tolerant-request.ts). Who answers so is remembered.
import type { Socket } from 'node:net';
import type { Conversation } from '../talk/conversation.ts';
import type { HttpAnswer, HttpRequest, PlanOf } from './http-answer.ts';
import { requestHttp1 } from './http1-request.ts';
import { requestTolerantly } from './tolerant-request.ts';

/** Targets whose answer was refused: they are read tolerantly from then on. */
const oddlyAnswering = new WeakSet<object>();

export type Http1Question = {
  readonly request: HttpRequest;
  readonly planOf: PlanOf;
  /** Each request has a connection of its own. */
  readonly connect: () => Promise<Socket>;
};

/** @param target of the check, the same object each time */
export async function askHttp1(
  target: object,
  { request, planOf, connect }: Http1Question,
  conversation: Conversation,
): Promise<HttpAnswer> {
  if (!oddlyAnswering.has(target)) {
    const answer = await requestHttp1(conversation, await connect(), request, planOf);
    if (answer !== 'unreadable') return answer;
    oddlyAnswering.add(target);
  }
  return requestTolerantly(conversation, await connect(), request, planOf);
}
