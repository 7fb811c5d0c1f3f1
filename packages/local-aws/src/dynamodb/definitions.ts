import type { Template, TemplateResource } from '../template/template.ts';
import type { IndexRecord, TableRecord } from './state/dynalite-store.ts';

/** A table as a CloudFormation template describes it. */
export interface TableDefinition {
  readonly name: string;
  readonly keySchema: TableRecord['KeySchema'];
  readonly attributes: TableRecord['AttributeDefinitions'];
  readonly globalIndexes: IndexRecord[];
  readonly localIndexes: IndexRecord[];
  readonly timeToLiveAttribute?: string;
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
