// The request of a check as ldirectord asks it.

/** ldirectord puts a slash before every request, of whatever service; the checks that want none take it off. */
export const withSlash = (request: string): string => (request.startsWith('/') ? request : `/${request}`);
