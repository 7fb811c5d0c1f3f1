import { createHash } from 'node:crypto';
import { isObject, type JsonObject } from '../../json.ts';
import type { Template } from '../jsonata/template.ts';
import type { Compilation } from './compile.ts';
import { catchers, exit, retriers, template } from './compile-exit.ts';
import { innerBlock, type StateContext } from './context.ts';
import { DISTRIBUTED_FIELDS } from './fields.ts';
import type {
  DistributedMap,
  ItemBatcher,
  ItemReader,
  MachineType,
  MapState,
  ResultWriter,
  WriterConfig,
} from './types.ts';

const READER = 'arn:aws:states:::s3:getObject';
const WRITER = 'arn:aws:states:::s3:putObject';
const DELIMITERS = new Map([
  ['COMMA', ','],
  ['PIPE', '|'],
  ['SEMICOLON', ';'],
  ['SPACE', ' '],
  ['TAB', '\t'],
]);
/** The maximum length of a label in characters. */
const MAX_LABEL_LENGTH = 40;

export function compileMap(context: StateContext, compilation: Compilation): MapState | undefined {
  const { raw, place } = context;
  const processor = isObject(raw.ItemProcessor) ? raw.ItemProcessor : {};
  const config = isObject(processor.ProcessorConfig) ? processor.ProcessorConfig : {};
  const isDistributed = config.Mode === 'DISTRIBUTED';
  if (config.Mode !== undefined && config.Mode !== 'INLINE' && !isDistributed) {
    compilation.problem(`${place}/ItemProcessor/ProcessorConfig/Mode`, 'Mode must be INLINE or DISTRIBUTED');
  }
  const childType: MachineType = config.ExecutionType === 'EXPRESS' ? 'EXPRESS' : 'STANDARD';
  if (isDistributed && config.ExecutionType !== 'EXPRESS' && config.ExecutionType !== 'STANDARD') {
    compilation.problem(
      `${place}/ItemProcessor/ProcessorConfig/ExecutionType`,
      'ExecutionType must be STANDARD or EXPRESS',
    );
  }
  if (!isDistributed) {
    for (const field of DISTRIBUTED_FIELDS) {
      if (raw[field] !== undefined)
        compilation.problem(`${place}/${field}`, `${field} is only valid in a distributed Map`);
    }
  } else if (context.type === 'EXPRESS') {
    compilation.problem(place, `An EXPRESS workflow cannot have a distributed Map (state '${context.name}')`);
  }
  const { ProcessorConfig: _, ...states } = processor;
  const key = innerBlock(context, 'ItemProcessor');
  const type = isDistributed ? childType : context.type;
  const block = compilation.block(states, key, `${place}/ItemProcessor`, context.language, type);
  if (block === undefined) return undefined;
  return {
    type: 'Map',
    name: context.name,
    ...exit(raw, context, compilation),
    retry: retriers(context, compilation),
    catch: catchers(context, compilation),
    items: template(context, compilation, 'Items'),
    itemSelector: template(context, compilation, 'ItemSelector'),
    maxConcurrency: template(context, compilation, 'MaxConcurrency'),
    processor: block,
    distributed: isDistributed ? distributed(context, compilation, childType) : undefined,
  };
}

function distributed(context: StateContext, compilation: Compilation, childType: MachineType): DistributedMap {
  const { raw, place } = context;
  if (raw.ItemReader !== undefined && raw.Items !== undefined) {
    compilation.problem(place, 'A Map cannot have both Items and ItemReader');
  }
  const label = raw.Label ?? generatedLabel(context, compilation);
  if (
    typeof label !== 'string' ||
    label.length > MAX_LABEL_LENGTH ||
    /[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u.test(label)
  ) {
    compilation.problem(
      `${place}/Label`,
      `Label must have at most ${MAX_LABEL_LENGTH} characters, all of them valid in an ARN`,
    );
  }
  return {
    label: String(label),
    childType,
    reader: reader(context, compilation),
    batcher: batcher(context, compilation),
    writer: writer(context, compilation),
    toleratedCount: template(context, compilation, 'ToleratedFailureCount'),
    toleratedPercentage: template(context, compilation, 'ToleratedFailurePercentage'),
  };
}

/** AWS generates a label if the definition has none. Here a state always gets the same one. */
function generatedLabel({ block, name }: StateContext, { machineName }: Compilation): string {
  return createHash('sha256').update(`${machineName}${block}/${name}`).digest('hex').slice(0, 32);
}

/** Reports each field of a part of a Map that is not supported. */
function onlyFields(
  raw: JsonObject,
  part: string,
  allowed: readonly string[],
  context: StateContext,
  c: Compilation,
): void {
  for (const field of Object.keys(raw)) {
    if (allowed.includes(field)) continue;
    c.problem(
      `${context.place}/${part}/${field}`,
      `The field '${field}' of ${part} is not supported (state '${context.name}')`,
    );
  }
}

function reader(context: StateContext, compilation: Compilation): ItemReader | undefined {
  const raw = context.raw.ItemReader;
  if (raw === undefined) return undefined;
  const fields = isObject(raw) ? raw : {};
  const config = isObject(fields.ReaderConfig) ? fields.ReaderConfig : {};
  const at = `${context.place}/ItemReader`;
  onlyFields(fields, 'ItemReader', ['Resource', 'ReaderConfig', 'Arguments'], context, compilation);
  const known = ['InputType', 'CSVHeaderLocation', 'CSVHeaders', 'CSVDelimiter', 'MaxItems'];
  onlyFields(config, 'ItemReader/ReaderConfig', known, context, compilation);
  if (fields.Resource !== READER) {
    compilation.problem(
      `${at}/Resource`,
      `The ItemReader resource '${fields.Resource}' is not supported; ${READER} is`,
    );
  }
  const inputType = config.InputType;
  if (inputType !== 'CSV' && inputType !== 'JSON' && inputType !== 'JSONL') {
    compilation.problem(
      `${at}/ReaderConfig/InputType`,
      `The InputType '${inputType}' is not supported; CSV, JSON and JSONL are`,
    );
    return undefined;
  }
  const delimiter = DELIMITERS.get(String(config.CSVDelimiter ?? 'COMMA'));
  if (delimiter === undefined) {
    compilation.problem(
      `${at}/ReaderConfig/CSVDelimiter`,
      `CSVDelimiter must be one of ${[...DELIMITERS.keys()].join(', ')}`,
    );
  }
  return {
    inputType,
    arguments: compilation.templates.compile(fields.Arguments ?? {}, 'ItemReader/Arguments'),
    delimiter: delimiter ?? ',',
    headers: inputType === 'CSV' ? headers(config, at, compilation) : undefined,
    maxItems: optional(config, 'MaxItems', 'ItemReader/ReaderConfig', compilation),
  };
}

function headers(config: JsonObject, at: string, compilation: Compilation): string[] | undefined {
  if (config.CSVHeaderLocation === 'FIRST_ROW') return undefined;
  if (config.CSVHeaderLocation !== 'GIVEN') {
    compilation.problem(`${at}/ReaderConfig/CSVHeaderLocation`, 'CSVHeaderLocation must be FIRST_ROW or GIVEN');
    return undefined;
  }
  if (!Array.isArray(config.CSVHeaders) || config.CSVHeaders.length === 0) {
    compilation.problem(`${at}/ReaderConfig/CSVHeaders`, 'CSVHeaders must be a list of names');
    return undefined;
  }
  return config.CSVHeaders.map(String);
}

const optional = (raw: JsonObject, field: string, at: string, compilation: Compilation): Template | undefined =>
  raw[field] === undefined ? undefined : compilation.templates.compile(raw[field], `${at}/${field}`);

function batcher(context: StateContext, compilation: Compilation): ItemBatcher | undefined {
  const raw = context.raw.ItemBatcher;
  if (!isObject(raw)) return undefined;
  const known = ['BatchInput', 'MaxItemsPerBatch', 'MaxInputBytesPerBatch'];
  onlyFields(raw, 'ItemBatcher', known, context, compilation);
  if (raw.MaxItemsPerBatch === undefined && raw.MaxInputBytesPerBatch === undefined) {
    compilation.problem(`${context.place}/ItemBatcher`, 'ItemBatcher needs MaxItemsPerBatch or MaxInputBytesPerBatch');
  }
  return {
    batchInput: optional(raw, 'BatchInput', 'ItemBatcher', compilation),
    maxItems: optional(raw, 'MaxItemsPerBatch', 'ItemBatcher', compilation),
    maxBytes: optional(raw, 'MaxInputBytesPerBatch', 'ItemBatcher', compilation),
  };
}

function writer(context: StateContext, compilation: Compilation): ResultWriter | undefined {
  const raw = context.raw.ResultWriter;
  if (!isObject(raw)) return undefined;
  onlyFields(raw, 'ResultWriter', ['Resource', 'Arguments', 'WriterConfig'], context, compilation);
  if (raw.Resource !== WRITER) {
    const why = `The ResultWriter resource '${raw.Resource}' is not supported; ${WRITER} is`;
    compilation.problem(`${context.place}/ResultWriter/Resource`, why);
  }
  return {
    arguments: compilation.templates.compile(raw.Arguments ?? {}, 'ResultWriter/Arguments'),
    config: writerConfig(raw.WriterConfig, context, compilation),
  };
}

const TRANSFORMATIONS = ['NONE', 'COMPACT', 'FLATTEN'] as const;
const OUTPUT_TYPES = ['JSON', 'JSONL'] as const;

function writerConfig(raw: unknown, context: StateContext, compilation: Compilation): WriterConfig {
  const config = isObject(raw) ? raw : {};
  onlyFields(config, 'ResultWriter/WriterConfig', ['Transformation', 'OutputType'], context, compilation);
  const oneOf = <Value extends string>(field: string, allowed: readonly [Value, ...Value[]]): Value => {
    const given = config[field] ?? allowed[0];
    const value = allowed.find((one) => one === given);
    if (value === undefined) {
      const at = `${context.place}/ResultWriter/WriterConfig/${field}`;
      compilation.problem(at, `${field} must be one of ${allowed.join(', ')}`);
    }
    return value ?? allowed[0];
  };
  return {
    transformation: oneOf('Transformation', TRANSFORMATIONS),
    outputType: oneOf('OutputType', OUTPUT_TYPES),
  };
}
