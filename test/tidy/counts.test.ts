import { expect, it } from 'vitest';
import { countHouse, formatCounts } from './counts.ts';

it('tells the house in numbers, and names what is too long or runs up', () => {
  const counts = countHouse();
  const numberOf = (name: string) => counts.find((count) => count.name === name)?.number;
  expect(numberOf('arrows up')).toBe(0);
  expect(numberOf('rooms')).toBeGreaterThan(20);
  expect(numberOf('lines of a file, median')).toBeLessThan(110);
  expect(formatCounts([{ name: 'walls', number: 1, each: ['north'] }])).toBe('walls: 1\n  north\n');
});
