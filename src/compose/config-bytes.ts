// How large a config file may be: far above the largest that is tested (docs/config.md), far below what would fill the memory.
export const configBytesMax = 16 * 1024 * 1024;
