// The functions of src/ that are longer than a screen: the list only gets shorter.
export const LONG_FUNCTION = 60;

/** Path and name, with the lines that it may take and why it takes more than a screen. */
export const longFunctions: Readonly<Record<string, readonly [lines: number, reason: string]>> = {};
