import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import { encodePath, isRedirect, redirectWithin } from '../../../src/probes/http/redirect.ts';

const server = ip('192.168.6.2');
const named = { scheme: 'http', authority: 'www.example.com', port: 8080, path: '/a/b' } as const;
const bare = { ...named, authority: '192.168.6.2' } as const;

describe('a redirect stays on the server when it names', () => {
  it.each([
    ['/c?d=1', { ...named, path: '/c?d=1' }],
    ['c', { ...named, path: '/a/c' }],
    ['//www.example.com/c', { ...named, path: '/c' }],
    ['http://WWW.example.com/c#top', { ...named, path: '/c' }],
    ['http://www.example.com:80/c', { ...named, path: '/c' }],
    ['http://www.example.com:81/c', { ...named, authority: 'www.example.com:81', port: 81, path: '/c' }],
    ['https://www.example.com/c', { ...named, scheme: 'https', port: 443, path: '/c' }],
    ['http://192.168.6.2:8080/c', { ...named, authority: '192.168.6.2:8080', path: '/c' }],
  ])('%s', (location, place) => {
    expect(redirectWithin(named, location, server)).toEqual(place);
  });
  it('its own address, where no name was asked for', () => {
    expect(redirectWithin(bare, 'http://192.168.6.2/c', server)).toEqual({ ...bare, path: '/c' });
  });
  it('its own IPv6 address in any spelling', () => {
    const six = { ...named, authority: '[fd09::2]' };
    expect(redirectWithin(six, 'http://[FD09:0::2]/c', ip('fd09::2'))).toEqual({ ...six, path: '/c' });
  });
});

describe('a redirect leads away when it names', () => {
  it.each([
    'http://www.example.org/a/b',
    '//example.com/',
    'http://192.168.6.3/',
    'ftp://www.example.com/',
    'http://',
    'javascript:1',
  ])('%s', (location) => {
    expect(redirectWithin(named, location, server)).toBeUndefined();
  });
});

it('whatever the location, the check stays with the host or the address it asked', () => {
  fc.assert(
    fc.property(fc.oneof(fc.webUrl(), fc.string()), (location) => {
      const place = redirectWithin(named, location, server);
      if (place !== undefined) expect(place.authority).toMatch(/^(www\.example\.com|192\.168\.6\.2)(:\d+)?$/);
    }),
  );
});

it('only the five statuses that carry one are redirects', () => {
  const all = Array.from({ length: 100 }, (_, index) => 300 + index).filter(isRedirect);
  expect(all).toEqual([301, 302, 303, 307, 308]);
});

describe('a path', () => {
  it('goes out percent-encoded where it must be, and otherwise as it is', () => {
    expect(encodePath('/a b%20c?x=[1]')).toBe('/a%20b%20c?x=[1]');
    expect(encodePath('/ü')).toBe('/%C3%BC');
    expect(encodePath('/a#b')).toBe('/a');
    expect(encodePath('')).toBe('/');
  });
  it('is always fit for a request line, and encoding it again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (path) => {
        const encoded = encodePath(path);
        expect(encoded).toMatch(/^\/[\x21-\x7e]*$/);
        expect(encodePath(encoded)).toBe(encoded);
      }),
    );
  });
});
