import type { Template, TemplateResource } from '../template/template.ts';
import { startWorkerService, type WorkerService } from '../threads/worker-service.ts';
import type { TableDefinition } from './operations/tables.ts';
import type { DynamoDbWorkerData } from './protocol/worker.ts';

export interface DynamoDbOptions {
  /** Where the tables lie; in memory where it is missing. */
  readonly folder?: string;
  readonly tables: readonly TableDefinition[];
  readonly onExit?: (reason: Error) => void;
}

/** Starts DynamoDB in a thread of its own: dynalite's actions over SQLite. */
export function startDynamoDb({ onExit, ...data }: DynamoDbOptions): Promise<WorkerService> {
  return startWorkerService({
    service: 'dynamodb',
    entry: new URL('./protocol/worker.ts', import.meta.url),
    workerData: data satisfies DynamoDbWorkerData,
    ...(onExit ? { onExit } : {}),
  });
}

/** The tables of a template. */
export function tablesOf(template: Template): TableDefinition[] {
  return ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'].flatMap(template.ofType).map(tableOf);
}

function tableOf({ physicalId, properties }: TemplateResource): TableDefinition {
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes, LocalSecondaryIndexes } = properties;
  const ttl = properties.TimeToLiveSpecification as { Enabled?: boolean; AttributeName?: string } | undefined;
  return {
    name: physicalId,
    keySchema: KeySchema as unknown as TableDefinition['keySchema'],
    attributes: AttributeDefinitions as unknown as TableDefinition['attributes'],
    globalIndexes: (GlobalSecondaryIndexes ?? []) as unknown as TableDefinition['globalIndexes'],
    localIndexes: (LocalSecondaryIndexes ?? []) as unknown as TableDefinition['localIndexes'],
    ...(ttl?.Enabled && ttl.AttributeName ? { timeToLiveAttribute: ttl.AttributeName } : {}),
  };
}
