// In which order reloads are made: one after the other, and those that are asked for while one is under way are one,
// as it reads the file after all of them. So a storm of signals costs one reload at a time.
export type Reloads<Options, Answer> = (options: Options) => Promise<Answer>;

/** @param sameAs whether one answers for the other. */
export function createReloads<Options, Answer>(
  reload: (options: Options) => Promise<Answer>,
  sameAs: (a: Options, b: Options) => boolean,
): Reloads<Options, Answer> {
  let last: Promise<unknown> = Promise.resolve();
  let waiting: { readonly options: Options; readonly answer: Promise<Answer> }[] = [];

  return (options) => {
    const same = waiting.find((each) => sameAs(each.options, options));
    if (same !== undefined) return same.answer;
    const answer = last.then(() => {
      waiting = waiting.filter((each) => each !== mine);
      return reload(options);
    });
    const mine = { options, answer };
    waiting.push(mine);
    last = answer.catch(() => undefined);
    return answer;
  };
}
