import type { RemovalPolicy } from 'aws-cdk-lib';
import { ProjectionType } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { INDEX, LISTED } from '../../core/ledger/keys.ts';
import type { Stage } from '../stages.ts';
import { CREATED_KEY, ProductTable, text } from './product-table.ts';

/** The ledger, and the batches, orders and requests of the channels beside campaigns. */
export class SendsTable extends ProductTable {
  constructor(scope: Construct, id: string, stage: Stage, removalPolicy: RemovalPolicy, rowDays: string) {
    super(scope, id, {
      name: 'sends',
      stage,
      removalPolicy,
      indexes: Object.values(INDEX),
      environment: (tableName) => ({ SENDS_TABLE: tableName, ROW_DAYS: rowDays }),
    });
    this.addGlobalSecondaryIndex({
      indexName: INDEX.byStatus,
      partitionKey: text('statusKey'),
      sortKey: text(CREATED_KEY),
      projectionType: ProjectionType.INCLUDE,
      // The keys of an index are in it anyway.
      nonKeyAttributes: LISTED.filter((attribute) => attribute !== CREATED_KEY),
    });
    this.addGlobalSecondaryIndex({
      indexName: INDEX.byAddress,
      partitionKey: text('address'),
      sortKey: text(CREATED_KEY),
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.warmWrites(
      'WarmWritesPerSecond',
      'Writes a second that the sends table and its indexes take at once, 4000 when new; empty: as AWS raises it. Charged once, never lowered',
    );
  }
}
