import { describe, expect, it } from 'vitest';
import { createOperator, type Overrides, parseOverrides } from '../../../src/daemon/operator/operator.ts';
import { serverKey } from '../../../src/model/names.ts';
import { realNamed, serviceNamed } from '../../make/names.ts';

const web = serviceNamed('tcp 10.0.0.9:80');
const tls = serviceNamed('tcp 10.0.0.9:443');
const real = realNamed('10.0.0.2:80');
const [x, y] = [realNamed('10.0.0.3:80'), realNamed('[fd00::4]:80')] as const;

function operatorWith(initial: Overrides = {}) {
  const saved: Overrides[] = [];
  let changes = 0;
  const operator = createOperator({
    initial,
    save: async (overrides) => {
      saved.push(overrides);
      return { ok: true, value: undefined };
    },
    onChanged: () => {
      changes += 1;
    },
  });
  return { operator, saved, changes: () => changes };
}

describe('what the operator says', () => {
  it('holds in every service, or in the one that was named', () => {
    const { operator } = operatorWith();
    operator.set(real, web, { mode: 'drain' });
    expect([operator.overrideOf(web, real), operator.overrideOf(tls, real)]).toEqual([
      { mode: 'drain' },
      undefined,
    ]);
    operator.set(real, undefined, { mode: 'disable' });
    expect([operator.overrideOf(web, real), operator.overrideOf(tls, real)]).toEqual([
      { mode: 'disable' },
      { mode: 'disable' },
    ]);
  });
  it('about one service goes before what is said of all', () => {
    const { operator } = operatorWith({ [real]: { mode: 'disable' } });
    operator.set(real, web, { mode: 'weight', weight: 3 });
    expect(operator.overrideOf(web, real)).toEqual({ mode: 'weight', weight: 3 });
    expect(operator.overrideOf(tls, real)).toEqual({ mode: 'disable' });
  });
  it('is taken back by enable, everywhere', () => {
    const { operator } = operatorWith({
      [real]: { mode: 'disable' },
      [serverKey(web, real)]: { mode: 'drain' },
    });
    operator.set(real, undefined, undefined);
    expect(operator.list()).toEqual({});
  });
  it('is kept and told each time', () => {
    const { operator, saved, changes } = operatorWith();
    operator.set(real, undefined, { mode: 'drain' });
    operator.set(real, undefined, undefined);
    expect(saved).toEqual([{ [real]: { mode: 'drain' } }, {}]);
    expect(changes()).toBe(2);
  });
});

describe('a drain', () => {
  it('has its time with it, also where it was said of one service', () => {
    const timed = { mode: 'drain', since: 5, deadline: 9 } as const;
    const { operator } = operatorWith({ [real]: { mode: 'drain', since: 1 }, [serverKey(web, real)]: timed });
    expect(operator.drainOf(web, real)).toEqual({ since: 5, deadline: 9 });
    expect(operator.drainOf(tls, real)).toEqual({ since: 1 });
  });
  it('of an older daemon has none, and what is no drain neither', () => {
    const { operator } = operatorWith({ [real]: { mode: 'drain' }, [x]: { mode: 'disable' } });
    expect(operator.drainOf(web, real)).toEqual({ since: 0 });
    expect(operator.drainOf(web, x)).toBeUndefined();
    expect(operator.drainOf(web, y)).toBeUndefined();
  });
});

describe('parseOverrides', () => {
  it('reads back what was kept', () => {
    const kept: Overrides = {
      [real]: { mode: 'weight', weight: 3 },
      [x]: { mode: 'drain' },
      [y]: { mode: 'disable' },
      [serverKey(web, real)]: { mode: 'drain', since: 1, deadline: 2 },
    };
    expect(parseOverrides(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
  });
  it.each([undefined, null, 'x', 3, []])('takes %j for nothing said', (value) =>
    expect(parseOverrides(value)).toEqual({}),
  );
  it('leaves out what is no word of an operator', () => {
    for (const said of [
      { mode: 'weight' },
      { mode: 'weight', weight: 1.5 },
      'drain',
      { mode: 'x' },
      { mode: 'drain', since: 'now' },
      { mode: 'drain', since: 1, deadline: 1.5 },
    ]) {
      expect(parseOverrides({ [real]: said })).toEqual({});
    }
  });
  it('leaves out what is said of no server', () => {
    const drain = { mode: 'drain' };
    expect(parseOverrides({ x: drain, [web]: drain, [`${web} x`]: drain, [`x ${real}`]: drain })).toEqual({});
  });
});
