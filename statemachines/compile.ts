import { readFileSync } from 'node:fs';
import validate from 'asl-validator';
import jsonata from 'jsonata';
import { parseDocument } from 'yaml';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

const CAMPAIGN = 'campaign.asl.yaml';

/** The campaign workflow as JSON. Its `${…}` placeholders are filled in by CloudFormation. */
export const campaignDefinition = (): string =>
  compile(readFileSync(new URL(CAMPAIGN, import.meta.url), 'utf8'), `statemachines/${CAMPAIGN}`);

/**
 * Compiles Amazon States Language in YAML to JSON: resolves anchors, drops comments, puts each expression on one line.
 * Throws an Error with the name of the file and what is wrong: in the YAML, in an expression or in the definition.
 */
export function compile(yaml: string, fileName: string): string {
  try {
    const document = parseDocument(yaml, { merge: true });
    const [problem] = [...document.errors, ...document.warnings];
    if (problem) throw problem;
    const definition = withExpressions(document.toJS() ?? {}, '');
    // The validator writes into what it is given.
    const { isValid, errorsText } = validate(structuredClone(definition));
    if (!isValid) throw new Error(errorsText());
    return JSON.stringify(definition);
  } catch (error) {
    throw new Error(`${fileName} is not a valid state machine: ${(error as Error).message}`, { cause: error });
  }
}

/** The value with every expression in it on one line and parsed once. */
function withExpressions(value: Json, path: string): Json {
  if (typeof value === 'string')
    return value.includes('{%') || value.includes('%}') ? expressionOf(value, path) : value;
  if (Array.isArray(value)) return value.map((item, index) => withExpressions(item, `${path}/${index}`));
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([key, item]) => [key, withExpressions(item, `${path}/${key}`)]);
  return Object.fromEntries(fields);
}

function expressionOf(text: string, path: string): string {
  const line = text.trim().replace(/\s*\n\s*/g, ' ');
  const source = /^\{%(.*)%\}$/.exec(line)?.[1];
  // AWS takes any other string as it is, in silence.
  if (source === undefined) throw new Error(`${path} must begin with {% and end with %} to be an expression: ${line}`);
  try {
    jsonata(source);
  } catch (error) {
    throw new Error(`${path} is not valid JSONata, ${(error as Error).message}: ${line}`, { cause: error });
  }
  return line;
}
