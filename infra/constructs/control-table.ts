import type { RemovalPolicy } from 'aws-cdk-lib';
import { ProjectionType } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { CONTROL_INDEX, CONTROL_LISTED } from '../../core/ledger/keys.ts';
import type { Stage } from '../stages.ts';
import { CREATED_KEY, ProductTable, text } from './product-table.ts';

/**
 * Limiters, breakers, campaign records with their progress, claims on rows, and idempotency keys: few items, which every send or request
 * needs. They have a table of their own, so that registering a million rows cannot throttle them.
 */
export class ControlTable extends ProductTable {
  constructor(scope: Construct, id: string, stage: Stage, removalPolicy: RemovalPolicy, rowDays: string) {
    super(scope, id, {
      name: 'control',
      stage,
      removalPolicy,
      indexes: [CONTROL_INDEX],
      environment: (tableName) => ({ CONTROL_TABLE: tableName, ROW_DAYS: rowDays }),
    });
    this.addGlobalSecondaryIndex({
      indexName: CONTROL_INDEX,
      partitionKey: text('listKey'),
      sortKey: text(CREATED_KEY),
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: [...CONTROL_LISTED],
    });
  }
}
