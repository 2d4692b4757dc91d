// What the host is asked while a config is read, each question once: the answer is the same for all who ask, and a
// name that stands at a thousand servers is looked up by one program and not by a thousand.
import type { ConfigEnvironment } from '../model/config/environment.ts';

/** For one reading; the next has to ask anew. */
export function askOnce(environment: ConfigEnvironment): ConfigEnvironment {
  const { resolveHost, resolveService, judgeProgram, judgeTls, readSysctl, readSecret } = environment;
  return {
    ...environment,
    resolveHost: once(resolveHost),
    resolveService: once(resolveService),
    ...(readSysctl !== undefined && { readSysctl: once(readSysctl) }),
    ...(judgeProgram !== undefined && { judgeProgram: once(judgeProgram) }),
    ...(judgeTls !== undefined && { judgeTls: once(judgeTls) }),
    ...(readSecret !== undefined && { readSecret: once(readSecret) }),
  };
}

function once<Question extends readonly unknown[], Answer>(
  ask: (...question: Question) => Answer,
): (...question: Question) => Answer {
  const answers = new Map<string, Answer>();
  return (...question) => {
    const key = JSON.stringify(question);
    const known = answers.get(key);
    if (known !== undefined || answers.has(key)) return known as Answer;
    const answer = ask(...question);
    answers.set(key, answer);
    return answer;
  };
}
