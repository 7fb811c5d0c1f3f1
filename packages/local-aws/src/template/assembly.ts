import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { TemplateError } from './errors.ts';

/** A stack of a CDK output, with its files. */
export interface StackFiles {
  readonly stackName: string;
  /** The stack's path in the app, `Prod/Shop`: unique in the output, as `cdk ls` prints it. */
  readonly displayName: string;
  /** Id of its artifact in the manifest; the file names begin with it. */
  readonly id: string;
  /** Absolute path of the folder that the asset paths are relative to. */
  readonly folder: string;
  readonly templateFile: string;
  readonly assetsFile: string;
  /** The account and the Region that the stack was synthesized for, where the app names them. */
  readonly account?: string;
  readonly region?: string;
}

const TEMPLATE = /^(.+)(?<!\.nested)\.template\.json$/;
const ENVIRONMENT = /^aws:\/\/([^/]+)\/(.+)$/;

/**
 * Finds a stack of a CDK output by its name, its artifact id or its path in the app; without a name, the only stack.
 * Throws `TemplateError` if there is none, or more than one.
 */
export function findStack(cdkOut: string, wanted?: string): StackFiles {
  if (!existsSync(cdkOut)) throw new TemplateError(`The folder ${cdkOut} does not exist: run cdk synth first`);
  const stacks = stacksIn(resolve(cdkOut));
  if (stacks.length === 0) throw new TemplateError(`${cdkOut} holds no stack: run cdk synth first`);
  const fitting = stacks.filter(
    ({ stackName, displayName, id }) => wanted === undefined || [stackName, displayName, id].includes(wanted),
  );
  const [stack] = fitting;
  if (stack === undefined) throw new TemplateError(`${cdkOut} has no stack ${wanted}: it has ${listOf(stacks)}`);
  if (fitting.length > 1) {
    throw new TemplateError(`${cdkOut} holds ${fitting.length} stacks: choose one with --stack: ${listOf(fitting)}`);
  }
  return stack;
}

/** The stacks of a folder and of the assemblies in it, one for each stage of the app. */
function stacksIn(folder: string): StackFiles[] {
  const manifest = join(folder, 'manifest.json');
  if (!existsSync(manifest)) return stacksByFileName(folder);
  const stacks: StackFiles[] = [];
  for (const [id, artifact] of Object.entries(objectIn(readJson(manifest), 'artifacts'))) {
    if (!isObject(artifact)) continue;
    const properties = objectIn(artifact, 'properties');
    if (artifact.type === 'cdk:cloud-assembly')
      stacks.push(...stacksIn(join(folder, String(properties.directoryName))));
    if (artifact.type !== 'aws:cloudformation:stack') continue;
    const [, account, region] = ENVIRONMENT.exec(String(artifact.environment)) ?? [];
    stacks.push({
      id,
      stackName: String(properties.stackName ?? id),
      displayName: String(artifact.displayName ?? id),
      folder,
      templateFile: join(folder, String(properties.templateFile)),
      assetsFile: join(folder, `${id}.assets.json`),
      ...(account !== undefined && /^\d{12}$/.test(account) && { account }),
      ...(region !== undefined && region !== 'unknown-region' && { region }),
    });
  }
  return stacks;
}

/** A folder of templates without a manifest. */
function stacksByFileName(folder: string): StackFiles[] {
  return readdirSync(folder).flatMap((file) => {
    const id = TEMPLATE.exec(file)?.[1];
    if (id === undefined) return [];
    const templateFile = join(folder, file);
    const assetsFile = join(folder, `${id}.assets.json`);
    return [{ id, stackName: id, displayName: id, folder, templateFile, assetsFile }];
  });
}

const listOf = (stacks: readonly StackFiles[]) =>
  stacks
    .map(({ stackName, displayName }) =>
      displayName === stackName ? stackName : `${displayName} (stack name ${stackName})`,
    )
    .join(', ');

/** Reads a JSON file that `cdk synth` wrote. Throws `TemplateError`. */
export function readJson(file: string): Json {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TemplateError(`${file} cannot be read (${reason}): run cdk synth again`);
  }
}

/** A member that is an object; an empty object if it is missing. */
export function objectIn(value: Json | undefined, name: string): JsonObject {
  const member = isObject(value) ? value[name] : undefined;
  return isObject(member) ? member : {};
}
